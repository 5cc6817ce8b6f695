"""Calendars: how often each time was changed; what a feed's address opens; what waits to be sent about a visit."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import carecoord.clock

# A program that subscribes puts the higher revision in place of the lower: counted here, whoever writes the row.
REVISIONS = """
CREATE FUNCTION referrals_counts_revisions() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    name text;
BEGIN
    NEW.revision := OLD.revision;
    NEW.revised_at := OLD.revised_at;
    FOREACH name IN ARRAY TG_ARGV LOOP
        IF to_jsonb(NEW) -> name IS DISTINCT FROM to_jsonb(OLD) -> name THEN
            NEW.revision := OLD.revision + 1;
            NEW.revised_at := cc_now();
            EXIT;
        END IF;
    END LOOP;
    RETURN NEW;
END $$;
CREATE TRIGGER counts_revisions BEFORE UPDATE ON referrals_appointment
FOR EACH ROW EXECUTE FUNCTION referrals_counts_revisions('during', 'session_id', 'visit_id', 'state');
CREATE TRIGGER counts_revisions BEFORE UPDATE ON referrals_session
FOR EACH ROW EXECUTE FUNCTION referrals_counts_revisions('during', 'clinic_id', 'clinician_id', 'cancelled_at');
"""

# What waits to be sent about a visit is called back when nothing of it stands, whoever cancels: a manager who cancels
# a whole day sees none of the women.
RECALL = """
CREATE FUNCTION referrals_recalls_reminder() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM referrals_appointment a WHERE a.visit_id = NEW.visit_id AND a.state <> 'cancelled') THEN
        RETURN NULL;
    END IF;
    UPDATE pathways_messagetoher m SET recalled_at = cc_now() FROM referrals_visit v
    WHERE v.id = NEW.visit_id AND m.id = v.reminder_id AND m.sent_at IS NULL AND m.recalled_at IS NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER recalls_reminder AFTER UPDATE OF state ON referrals_appointment
FOR EACH ROW WHEN (NEW.state = 'cancelled' AND OLD.state <> 'cancelled')
EXECUTE FUNCTION referrals_recalls_reminder();
"""

# Nobody is signed in where a calendar is read: the hash of its address is all that is asked, and only times are told.
# It is read for somebody who works here today, at the place's site where it is a place's. Null for all else.
FEED = """
CREATE FUNCTION referrals_read_feed(asked bytea) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    feed record;
    today date := (cc_now() AT TIME ZONE 'Europe/London')::date;
BEGIN
    SELECT f.id, f.user_id, f.place_id, p.neutral_name INTO feed
    FROM referrals_feed f
    JOIN access_user u ON u.id = f.user_id AND u.is_active
    LEFT JOIN referrals_place p ON p.id = f.place_id
    WHERE f.token_hash = asked AND f.ended_at IS NULL AND EXISTS (
        SELECT FROM access_membership m JOIN access_team t ON t.id = m.team_id
        WHERE m.user_id = f.user_id AND m.starts_on <= today AND (m.ends_on IS NULL OR m.ends_on >= today)
          AND (p.id IS NULL OR t.site_id = p.site_id)
    );
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    UPDATE referrals_feed f SET read_at = cc_now()
    WHERE f.id = feed.id AND (f.read_at IS NULL OR f.read_at < cc_now() - interval '1 hour');
    RETURN jsonb_build_object('reader', feed.user_id, 'place', feed.neutral_name, 'entries', (
        WITH sessions AS (
            SELECT s.id, s.clinic_id, s.during, s.revision, s.revised_at, p.neutral_name AS place, c.cancelled_at,
                   s.cancelled_at IS NULL AND c.cancelled_at IS NULL AS stands
            FROM referrals_session s
            JOIN referrals_clinic c ON c.id = s.clinic_id
            JOIN referrals_place p ON p.id = c.place_id
            WHERE (c.place_id = feed.place_id OR (feed.place_id IS NULL AND s.clinician_id = feed.user_id))
              AND s.during && tstzrange(cc_now() - interval '28 days', cc_now() + interval '1 year')
        ),
        entries AS (
            -- One for each day, over all of its sessions: of a place, or of whoever reads.
            SELECT 'clinic' AS what, clinic_id AS number, min(place) AS place,
                   coalesce(min(lower(during)) FILTER (WHERE stands), min(lower(during))) AS starts,
                   coalesce(max(upper(during)) FILTER (WHERE stands), max(upper(during))) AS ends,
                   CASE WHEN bool_or(stands) THEN 'CONFIRMED' ELSE 'CANCELLED' END AS standing,
                   sum(revision) + count(*) + count(cancelled_at) AS revision,
                   greatest(max(revised_at), max(cancelled_at)) AS revised_at
            FROM sessions GROUP BY clinic_id
            UNION ALL
            SELECT 'appointment', a.id, s.place, lower(a.during), upper(a.during),
                   CASE a.state WHEN 'booked' THEN 'CONFIRMED' WHEN 'held' THEN 'TENTATIVE' ELSE 'CANCELLED' END,
                   a.revision, a.revised_at
            FROM sessions s JOIN referrals_appointment a ON a.session_id = s.id
        )
        SELECT coalesce(jsonb_agg(to_jsonb(entries) ORDER BY starts, what, number), '[]') FROM entries
    ));
END $$;
"""

NONE = """
DROP FUNCTION referrals_read_feed(bytea);
DROP TRIGGER recalls_reminder ON referrals_appointment;
DROP FUNCTION referrals_recalls_reminder();
DROP TRIGGER counts_revisions ON referrals_session;
DROP TRIGGER counts_revisions ON referrals_appointment;
DROP FUNCTION referrals_counts_revisions();
"""


def _revisions(model: str) -> list[migrations.AddField]:
    now = django.db.models.functions.datetime.Now()
    return [
        migrations.AddField(model, "revision", models.PositiveSmallIntegerField(db_default=0, default=0, editable=False)),
        migrations.AddField(
            model,
            "revised_at",
            models.DateTimeField(db_default=now, default=carecoord.clock.now, editable=False),
        ),
    ]


class Migration(migrations.Migration):
    dependencies = [("pathways", "0028_separation"), ("referrals", "0008_links")]

    operations = [
        *_revisions("appointment"),
        *_revisions("session"),
        migrations.RemoveField("visit", "reminded_at"),
        migrations.AddField(
            "visit",
            "change_told_at",
            models.DateTimeField(help_text="when she was last written to that we changed it", null=True),
        ),
        migrations.AddField(
            "visit",
            "reminder",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="pathways.messagetoher",
            ),
        ),
        migrations.RunSQL(REVISIONS + RECALL + FEED, NONE),
    ]
