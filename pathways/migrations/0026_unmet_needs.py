"""How many women have a need that is not met, by what it is and why: asked by those who may not see the women."""

from django.db import migrations

# ``seen``: how many of them are open to the acting person. For those who work at that site.
UNMET = """
CREATE FUNCTION pathways_unmet_needs(of_site bigint, since timestamptz) RETURNS TABLE
(area text, reason text, women bigint, seen bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT n.area::text, s.reason::text, count(DISTINCT j.woman_id), count(DISTINCT j.woman_id) FILTER (
        WHERE EXISTS (SELECT FROM access_my_grant mine WHERE mine.woman_id = j.woman_id)
    )
    FROM pathways_need n
    JOIN pathways_journey j ON j.id = n.journey_id
    JOIN LATERAL (
        SELECT step.outcome, step.reason, step.at FROM pathways_needstep step
        WHERE step.need_id = n.id ORDER BY step.id DESC LIMIT 1
    ) s ON s.outcome = 'unmet' AND s.at >= since
    WHERE j.site_id = of_site
      AND (cc_is_product() OR EXISTS (
          SELECT FROM access_team mine WHERE mine.site_id = of_site AND mine.id = ANY (cc_teams())
      ))
    GROUP BY 1, 2 ORDER BY 1, 2
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("pathways", "0025_plans_kept")]

    operations = [migrations.RunSQL(UNMET, "DROP FUNCTION pathways_unmet_needs(bigint, timestamptz)")]
