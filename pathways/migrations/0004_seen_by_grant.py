"""A number that two women have, and counts for those who may see no woman."""

from django.db import migrations, models

# Numbers of women at the sites where the acting person runs the service, by moment. Counted with the owner's rights:
# whoever may see no row may still know that there is work. Small numbers are withheld where they are made.
TALLIES = """
CREATE FUNCTION pathways_tallies(at timestamptz) RETURNS TABLE (moment text, late bigint, soon bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT counted.moment,
           CASE WHEN counted.late >= 8 THEN counted.late ELSE 0 END,
           CASE WHEN counted.soon >= 8 THEN counted.soon ELSE 0 END
    FROM (
        SELECT h.moment,
               count(DISTINCT j.woman_id) FILTER (WHERE h.due_at <= at) AS late,
               count(DISTINCT j.woman_id) FILTER (WHERE h.warn_at <= at AND h.due_at > at) AS soon
        FROM pathways_handoff h JOIN pathways_journey j ON j.id = h.journey_id
        WHERE h.state IN ('pending', 'due_soon', 'overdue', 'missed')
          AND j.site_id IN (
              SELECT t.site_id FROM access_membership m JOIN access_team t ON t.id = m.team_id
              WHERE m.user_id = cc_user() AND t.id = ANY (cc_teams())
                AND m.role IN ('service_manager', 'site_administrator', 'privacy_officer')
          )
        GROUP BY h.moment
    ) AS counted
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("pathways", "0003_demonstration_women"), ("access", "0003_functions_of_access")]
    operations = [
        migrations.RemoveConstraint("identifier", "number_belongs_to_one_woman"),
        migrations.AddField(
            "identifier",
            "disputed",
            models.BooleanField(default=False, help_text="Another woman had it first; somebody has to look"),
        ),
        migrations.AddConstraint(
            "identifier",
            models.UniqueConstraint(
                "kind", "value", condition=models.Q(("disputed", False)), name="number_belongs_to_one_woman"
            ),
        ),
        migrations.RunSQL(TALLIES, "DROP FUNCTION pathways_tallies(timestamptz)"),
    ]
