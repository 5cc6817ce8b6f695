"""The days of the clinics: which places are taken, told without whose; and sessions that are cancelled as a whole.

Whoever cancels a session may not see every woman who has a place in it. So a function does it, for all of them alike:
each place is given up as ours, and she stands in the line again from when she had it.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

FUNCTIONS = """
-- The places of these sessions that are taken: times and seats, nothing that says whose. Of the reader's own sites.
CREATE FUNCTION referrals_taken(sessions bigint[]) RETURNS TABLE (session_id bigint, seat smallint, during tstzrange)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT a.session_id, a.seat, a.during
    FROM referrals_appointment a JOIN referrals_session s ON s.id = a.session_id
    JOIN referrals_clinic c ON c.id = s.clinic_id JOIN referrals_place p ON p.id = c.place_id
    WHERE a.session_id = ANY (sessions) AND a.state <> 'cancelled'
      AND (cc_is_product() OR p.site_id = ANY ((SELECT cc_sites())::bigint[]))
$$;

-- Cancels sessions and every place in them; answers how many places that were. ``who`` counts for the product alone.
-- Appointments are locked before sessions, as by a page that moves one of them. A place that was only being kept for
-- somebody was not promised to her: she is not told, and waits on as before.
CREATE FUNCTION referrals_cancel_sessions(sessions bigint[], why text, who bigint) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    at timestamptz := cc_now();
    me bigint := CASE WHEN cc_is_product() THEN who ELSE cc_user() END;
    gone integer;
BEGIN
    IF NOT cc_is_product() AND EXISTS (
        SELECT FROM referrals_session s JOIN referrals_clinic c ON c.id = s.clinic_id
        JOIN referrals_place p ON p.id = c.place_id
        WHERE s.id = ANY (sessions) AND p.site_id <> ALL ((SELECT cc_sites())::bigint[])
    ) THEN
        RAISE EXCEPTION 'a session of another site' USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM FROM referrals_appointment a WHERE a.session_id = ANY (sessions) AND a.state <> 'cancelled'
    ORDER BY a.id FOR NO KEY UPDATE;
    PERFORM FROM referrals_session s WHERE s.id = ANY (sessions) ORDER BY s.id FOR NO KEY UPDATE;
    INSERT INTO referrals_waiting (journey_id, kind, service_id, minutes, words, need_key, referral_id, since, by_id,
                                   ended)
    SELECT a.journey_id, a.kind, s.service_id, extract(epoch FROM upper(a.during) - lower(a.during)) / 60, a.words,
           a.need_key, a.referral_id, a.booked_at, me, ''
    FROM referrals_appointment a JOIN referrals_session s ON s.id = a.session_id
    WHERE a.session_id = ANY (sessions) AND a.state = 'booked' AND NOT EXISTS (
        SELECT FROM referrals_waiting w
        WHERE w.journey_id = a.journey_id AND w.kind = a.kind AND w.words = a.words AND w.ended = '')
    ORDER BY a.id;
    UPDATE referrals_waiting w SET appointment_id = NULL FROM referrals_appointment a
    WHERE w.appointment_id = a.id AND w.ended = '' AND a.session_id = ANY (sessions) AND a.state <> 'cancelled';
    UPDATE referrals_appointment SET
        state = 'cancelled', held_until = NULL, cancelled_at = at, cancelled_by_id = me, cancelled_whose = 'ours',
        cancelled_why = why, told_at = CASE WHEN state = 'held' THEN at END
    WHERE session_id = ANY (sessions) AND state <> 'cancelled';
    GET DIAGNOSTICS gone = ROW_COUNT;
    UPDATE referrals_session SET cancelled_at = at, cancelled_why = why, cancelled_by_id = me
    WHERE id = ANY (sessions) AND cancelled_at IS NULL;
    RETURN gone;
END $$;
"""
GONE = "DROP FUNCTION referrals_cancel_sessions(bigint[], text, bigint); DROP FUNCTION referrals_taken(bigint[]);"


class Migration(migrations.Migration):
    dependencies = [
        ("pathways", "0028_separation"),
        ("referrals", "0002_kept"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField("appointment", "passed_on_at", models.DateTimeField(editable=False, null=True)),
        migrations.AddField("appointment", "told_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "appointment",
            "told_by",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            "appointment",
            models.Index(
                condition=models.Q(("cancelled_whose__in", ["ours", "service"]), ("passed_on_at", None)),
                fields=["cancelled_at"],
                name="cancelled_not_passed_on",
            ),
        ),
        migrations.AddConstraint(
            "appointment",
            models.CheckConstraint(
                condition=models.Q(("told_at", None), ("state", "cancelled"), _connector="OR"),
                name="told_of_what_was_cancelled",
            ),
        ),
        migrations.AddField(
            "session",
            "line",
            models.ForeignKey(
                help_text="what put it there, where it comes again",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="referrals.seriessession",
            ),
        ),
        migrations.RunSQL(FUNCTIONS, GONE),
    ]
