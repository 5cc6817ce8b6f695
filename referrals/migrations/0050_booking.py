"""What booking asks of everybody's appointments: times, places and numbers, never whose they are."""

from django.db import migrations

TAKEN = """
-- The places of these sessions that are taken: times and seats, nothing that says whose. Of the reader's own sites.
CREATE OR REPLACE FUNCTION referrals_taken(sessions bigint[]) RETURNS TABLE
(session_id bigint, seat smallint, during tstzrange)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT a.session_id, a.seat, a.during
    FROM referrals_appointment a JOIN referrals_session s ON s.id = a.session_id
    JOIN referrals_clinic c ON c.id = s.clinic_id JOIN referrals_place p ON p.id = c.place_id
    WHERE a.session_id = ANY (sessions) AND a.state <> 'cancelled'
      AND (cc_is_product() OR p.site_id = ANY ((SELECT cc_sites())::bigint[]))
$$;
-- How many children are expected at a place on a day, without those of one visit.
CREATE FUNCTION referrals_children(at_place bigint, on_day date, but_of bigint) RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(sum(v.children), 0)::integer FROM referrals_visit v
    WHERE v.place_id = at_place AND v."on" = on_day AND v.id <> but_of
      AND EXISTS (SELECT FROM referrals_appointment a WHERE a.visit_id = v.id AND a.state <> 'cancelled')
$$;
"""
UNKNOWN = """
DROP FUNCTION IF EXISTS referrals_taken(bigint[]);
DROP FUNCTION referrals_children(bigint, date, bigint);
"""


class Migration(migrations.Migration):
    dependencies = [("referrals", "0002_kept")]

    operations = [migrations.RunSQL(TAKEN, UNKNOWN)]
