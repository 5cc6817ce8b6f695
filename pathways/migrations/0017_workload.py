"""How many women each midwife of a site has: asked by colleagues who may not see those women."""

from django.db import migrations

WORKLOAD = """
-- For midwives with a caseload at that site; without the women whom the acting person must never see.
CREATE FUNCTION pathways_workload(of_site bigint, at timestamptz) RETURNS TABLE
(midwife bigint, stage text, as_buddy boolean, women bigint, late bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH hers AS (
        SELECT j.woman_id, j.stage, j.named_midwife_id, j.buddy_id, EXISTS (
            SELECT FROM pathways_handoff h
            WHERE h.journey_id = j.id AND h.state IN ('pending', 'due_soon', 'overdue', 'missed') AND h.due_at <= at
        ) AS is_late
        FROM pathways_journey j
        WHERE j.site_id = of_site AND j.stage <> 'closed'
          AND (cc_is_product() OR EXISTS (
              SELECT FROM access_membership m JOIN access_team t ON t.id = m.team_id
              WHERE m.user_id = cc_user() AND t.id = ANY (cc_teams()) AND t.site_id = of_site
                AND m.role IN ('specialist_midwife', 'midwife')
          ))
          AND NOT EXISTS (
              SELECT FROM access_conflict c WHERE c.woman_id = j.woman_id AND c.user_id = cc_user()
          )
    )
    SELECT named_midwife_id, hers.stage::text, false, count(DISTINCT woman_id),
           count(DISTINCT woman_id) FILTER (WHERE is_late)
    FROM hers WHERE named_midwife_id IS NOT NULL GROUP BY 1, 2
    UNION ALL
    SELECT buddy_id, hers.stage::text, true, count(DISTINCT woman_id), 0
    FROM hers WHERE buddy_id IS NOT NULL GROUP BY 1, 2
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("pathways", "0016_both_sides")]

    operations = [migrations.RunSQL(WORKLOAD, "DROP FUNCTION pathways_workload(bigint, timestamptz)")]
