"""What the web may ask of the trail: these functions, which judge for themselves, and no row of it directly."""

from django.db import migrations

# One row for each person and London day, the latest first; no rows for a woman whom the acting person may not see.
LOOKED = """
CREATE FUNCTION audit_looked(her bigint, most integer, skipped integer)
RETURNS TABLE (actor bigint, day date, first_at timestamptz, last_at timestamptz, pages jsonb, of_all bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT cc_sees(her) THEN RETURN; END IF;
    RETURN QUERY
    SELECT look.actor_id, look.on_day, min(look.began), max(look.ended),
           jsonb_agg(jsonb_build_object('page', look.page, 'purpose', look.purpose, 'times', look.times)
                     ORDER BY look.times DESC, look.page, look.purpose),
           count(*) OVER ()
    FROM (
        SELECT entry.actor_id, (entry.at AT TIME ZONE 'Europe/London')::date AS on_day, entry.page, entry.purpose,
               min(entry.at) AS began, max(entry.at) AS ended, count(*) AS times
        FROM audit_read AS entry
        WHERE entry.women @> ARRAY[her]
        GROUP BY entry.actor_id, on_day, entry.page, entry.purpose
    ) AS look
    GROUP BY look.actor_id, look.on_day
    ORDER BY max(look.ended) DESC, look.actor_id
    LIMIT most OFFSET skipped;
END $$;
"""

# The sites whose privacy officer the acting person is today.
MY_SITES = """
CREATE FUNCTION audit_my_sites() RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT team.site_id FROM access_membership AS held JOIN access_team AS team ON team.id = held.team_id
    WHERE held.user_id = cc_user() AND held.role = 'privacy_officer'
      AND (cc_now() AT TIME ZONE 'Europe/London')::date BETWEEN held.starts_on AND coalesce(held.ends_on, 'infinity')
$$;
"""

# Staff and women by their numbers alone: a privacy officer is shown no woman's name.
UNUSUAL = """
CREATE FUNCTION audit_unusual_here(since date, most integer, this_one bigint)
RETURNS TABLE (
    id bigint, rule varchar, "on" date, actor_id bigint, woman_id bigint, site_id bigint, first_at timestamptz,
    number integer, of_all bigint
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT found.id, found.rule, found."on", found.actor_id, found.woman_id, found.site_id, found.first_at,
           found.number, count(*) OVER ()
    FROM audit_unusual AS found
    WHERE found.site_id IN (SELECT audit_my_sites()) AND found."on" >= since
      AND (this_one IS NULL OR found.id = this_one)
      AND NOT EXISTS (SELECT FROM audit_lookedinto AS done WHERE done.unusual_id = found.id)
    ORDER BY found."on" DESC, found.first_at DESC, found.id
    LIMIT most
$$;
"""

# False where it is not theirs to look into: another site's, or about themselves. The first answer counts.
LOOK_INTO = """
CREATE FUNCTION audit_look_into(this_one bigint, how varchar, why varchar) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM FROM audit_unusual AS found
    WHERE found.id = this_one AND found.site_id IN (SELECT audit_my_sites()) AND found.actor_id IS DISTINCT FROM cc_user();
    IF NOT FOUND THEN RETURN false; END IF;
    INSERT INTO audit_lookedinto (unusual_id, by_id, outcome, note) VALUES (this_one, cc_user(), how, why)
    ON CONFLICT (unusual_id) DO NOTHING;
    RETURN true;
END $$;
"""

STATE = """
CREATE FUNCTION audit_state()
RETURNS TABLE (
    waiting bigint, waiting_since timestamptz, links bigint, begun timestamptz, verified_at timestamptz, problems bigint
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT (SELECT count(*) FROM audit_waiting), (SELECT min(since) FROM audit_waiting),
           (SELECT coalesce(max(chain_no), 0) FROM audit_seal),
           (SELECT sealed_at FROM audit_seal ORDER BY chain_no LIMIT 1), last.at, last.problems
    FROM (SELECT) AS always LEFT JOIN LATERAL (SELECT * FROM audit_verification ORDER BY id DESC LIMIT 1) AS last ON true
    WHERE EXISTS (SELECT audit_my_sites())
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_written_by_the_database"), ("access", "0003_functions_of_access")]
    operations = [
        migrations.RunSQL(LOOKED, "DROP FUNCTION audit_looked(bigint, integer, integer)"),
        migrations.RunSQL(MY_SITES, "DROP FUNCTION audit_my_sites()"),
        migrations.RunSQL(UNUSUAL, "DROP FUNCTION audit_unusual_here(date, integer, bigint)"),
        migrations.RunSQL(LOOK_INTO, "DROP FUNCTION audit_look_into(bigint, varchar, varchar)"),
        migrations.RunSQL(STATE, "DROP FUNCTION audit_state()"),
    ]
