"""What booking asks of everybody's appointments: times, places and numbers, never whose they are."""

from django.db import migrations

CHILDREN = """
-- How many children are expected at a place on a day, without those of one visit.
CREATE FUNCTION referrals_children(at_place bigint, on_day date, but_of bigint) RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(sum(v.children), 0)::integer FROM referrals_visit v
    WHERE v.place_id = at_place AND v."on" = on_day AND v.id <> but_of
      AND EXISTS (SELECT FROM referrals_appointment a WHERE a.visit_id = v.id AND a.state <> 'cancelled')
$$;
"""
UNKNOWN = """
DROP FUNCTION referrals_children(bigint, date, bigint);
"""


class Migration(migrations.Migration):
    dependencies = [("referrals", "0003_days")]

    operations = [migrations.RunSQL(CHILDREN, UNKNOWN)]
