"""The queue of records that could be one woman's, for privacy officers who may see neither record; and counts that
leave out the women whom the acting person must never see.
"""

from django.db import migrations

TALLIES = """
CREATE OR REPLACE FUNCTION pathways_tallies(at timestamptz) RETURNS TABLE (moment text, late bigint, soon bigint)
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
          {without}
        GROUP BY h.moment
    ) AS counted
$$;
"""
WITHOUT_CONFLICTS = (
    "AND NOT EXISTS (SELECT FROM access_conflict c WHERE c.woman_id = j.woman_id AND c.user_id = cc_user())"
)

MATCHES = """
-- The pairs of which one woman is known at a site whose privacy officer is acting, and neither is somebody they must
-- never see. Who she is stands in it unless her record is sealed and she is of another site.
CREATE FUNCTION pathways_matches(which bigint) RETURNS TABLE
(id bigint, because text, found_at timestamptz, outcome text, note text, decided_at timestamptz, decided_by bigint,
 woman bigint, is_shown boolean, full_name text, born date, numbers text[], sites text[], entered_on timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH mine AS (
        SELECT m.* FROM pathways_matchreview m
        WHERE (which IS NULL AND m.decided_by_id IS NULL OR m.id = which)
          AND (access_sites_of(m.woman_id) && cc_reviewed_sites() OR access_sites_of(m.other_id) && cc_reviewed_sites())
          AND NOT EXISTS (
              SELECT FROM access_conflict c WHERE c.woman_id IN (m.woman_id, m.other_id) AND c.user_id = cc_user()
          )
        ORDER BY m.found_at, m.id LIMIT 50
    ), shown AS (
        SELECT w.*, access_sites_of(w.id) && cc_reviewed_sites()
                    OR NOT EXISTS (SELECT FROM access_seal s WHERE s.woman_id = w.id) AS is_shown
        FROM pathways_woman w WHERE w.id IN (SELECT woman_id FROM mine UNION SELECT other_id FROM mine)
    )
    SELECT m.id, m.because::text, m.found_at, m.outcome::text, m.note::text, m.decided_at, m.decided_by_id, w.id,
           w.is_shown,
           CASE WHEN w.is_shown
                THEN concat_ws(' ', w.first_name, '(' || nullif(w.preferred_name, '') || ')', w.last_name) ELSE '' END,
           CASE WHEN w.is_shown THEN w.date_of_birth END,
           CASE WHEN w.is_shown
                THEN ARRAY(SELECT i.kind || ' ' || i.value FROM pathways_identifier i WHERE i.woman_id = w.id
                           ORDER BY i.kind DESC) ELSE '{}' END,
           ARRAY(SELECT s.name::text FROM sites_site s WHERE s.id = ANY (access_sites_of(w.id)) ORDER BY s.code),
           w.created_at
    FROM mine m JOIN shown w ON w.id IN (m.woman_id, m.other_id)
    ORDER BY m.found_at, m.id, w.id
$$;

-- Writes down what a privacy officer found; whether it was theirs to decide, and open. The same person: both her
-- midwives and the privacy officers are told.
CREATE FUNCTION pathways_decide_match(which bigint, decision text, words text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE pair pathways_matchreview;
BEGIN
    IF NOT EXISTS (SELECT FROM pathways_matches(which)) THEN
        RETURN false;
    END IF;
    UPDATE pathways_matchreview m SET outcome = decision, note = words, decided_at = cc_now(), decided_by_id = cc_user()
    WHERE m.id = which AND m.decided_by_id IS NULL RETURNING * INTO pair;
    IF pair.id IS NULL THEN
        RETURN false;
    END IF;
    IF decision = 'same' THEN
        PERFORM access_tell('same_person', pair.woman_id, true);
        PERFORM access_tell('same_person', pair.other_id, true);
    END IF;
    RETURN true;
END $$;
"""
NOTHING = """
DROP FUNCTION pathways_decide_match(bigint, text, text);
DROP FUNCTION pathways_matches(bigint);
"""


class Migration(migrations.Migration):
    dependencies = [("pathways", "0009_matching"), ("access", "0006_functions_of_openings")]
    operations = [
        migrations.RunSQL(TALLIES.format(without=WITHOUT_CONFLICTS), TALLIES.format(without="")),
        migrations.RunSQL(MATCHES, NOTHING),
    ]
