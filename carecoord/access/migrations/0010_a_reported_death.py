"""Whoever knows a woman is told that her death was reported, so that a second person can confirm it."""

from django.db import migrations, models

TELL = """
-- Her midwives and whoever covers for them; where nobody is named, her caseload team. Never who reported it themselves.
CREATE FUNCTION access_tell_of_death(her bigint) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM access_check_sees(her);
    INSERT INTO access_notice (user_id, key, at, woman_id)
    SELECT told.user_id, 'death_reported', cc_now(), her FROM (
        SELECT g.user_id FROM access_grant g
        WHERE g.woman_id = her AND g.kind IN ('caseload', 'cover') AND g.user_id IS NOT NULL
          AND g.starts_at <= cc_now() AND (g.ends_at IS NULL OR g.ends_at > cc_now())
        UNION
        SELECT m.user_id FROM access_grant g JOIN access_membership m ON m.team_id = g.team_id
        WHERE g.woman_id = her AND g.kind = 'caseload'
          AND g.starts_at <= cc_now() AND (g.ends_at IS NULL OR g.ends_at > cc_now())
          AND m.starts_on <= (cc_now() AT TIME ZONE 'Europe/London')::date
          AND (m.ends_on IS NULL OR m.ends_on >= (cc_now() AT TIME ZONE 'Europe/London')::date)
    ) AS told
    WHERE told.user_id IS DISTINCT FROM cc_user()
      AND NOT EXISTS (SELECT FROM access_conflict c WHERE c.woman_id = her AND c.user_id = told.user_id);
END $$;
"""
NOBODY = "DROP FUNCTION access_tell_of_death(bigint);"

KEYS = [
    ("claimed", "somebody said that they care for her"),
    ("unsealed", "a sealed record was opened"),
    ("conflict", "somebody was named who must never see her"),
    ("conflict_ended", "that was taken back"),
    ("seal", "a record was sealed"),
    ("seal_ended", "a seal was taken off"),
    ("same_person", "she is here twice"),
    ("death_reported", "her death was reported"),
]


class Migration(migrations.Migration):
    dependencies = [("access", "0009_my_women_at_once")]
    operations = [
        migrations.AlterField("notice", "key", models.CharField(max_length=14, choices=KEYS)),
        migrations.RunSQL(TELL, NOBODY),
    ]
