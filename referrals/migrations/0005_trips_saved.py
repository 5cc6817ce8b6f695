"""How many trips a site's planning has saved: numbers alone, for whoever works there."""

from django.db import migrations

SAVED = """
CREATE FUNCTION referrals_trips_saved(of_site bigint, since date, until date) RETURNS TABLE (women bigint, trips bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT count(DISTINCT j.woman_id), coalesce(sum(v.instead_of - 1), 0)::bigint
    FROM referrals_visit v
    JOIN referrals_place p ON p.id = v.place_id AND p.site_id = of_site
    JOIN pathways_journey j ON j.id = v.journey_id
    WHERE v.planned AND v.instead_of > 1 AND v."on" >= since AND v."on" < until
      AND EXISTS (SELECT FROM referrals_appointment a WHERE a.visit_id = v.id AND a.state = 'booked')
      AND (cc_is_product() OR EXISTS (
          SELECT FROM access_team mine WHERE mine.site_id = of_site AND mine.id = ANY (cc_teams())
      ))
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("referrals", "0004_booking")]

    operations = [migrations.RunSQL(SAVED, "DROP FUNCTION referrals_trips_saved(bigint, date, date)")]
