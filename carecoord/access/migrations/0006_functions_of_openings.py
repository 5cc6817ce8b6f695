"""How a record is opened by saying why, who is told, who must never see it: with the owner's rights, since the web
server's role may write no grant and read nobody else's conflicts.

Every asking is written down, and whoever must never see her is answered exactly as if she were not there.
"""

from django.db import migrations

PLACES = """
-- The sites at which the acting person works today.
CREATE FUNCTION cc_sites() RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT site_id), '{}') FROM access_team WHERE id = ANY (cc_teams())
$$;

-- The sites whose privacy officer the acting person is today.
CREATE FUNCTION cc_reviewed_sites() RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT t.site_id), '{}')
    FROM access_membership m JOIN access_team t ON t.id = m.team_id
    WHERE m.user_id = cc_user() AND m.role = 'privacy_officer' AND m.team_id = ANY (cc_teams())
      AND m.starts_on <= (cc_now() AT TIME ZONE 'Europe/London')::date
      AND (m.ends_on IS NULL OR m.ends_on >= (cc_now() AT TIME ZONE 'Europe/London')::date)
$$;

-- The sites at which she is known: where she was entered, and those of her journeys.
CREATE FUNCTION access_sites_of(her bigint) RETURNS bigint[] LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
    SELECT array_agg(site_id) FROM (
        SELECT site_id FROM pathways_woman WHERE id = her UNION SELECT site_id FROM pathways_journey WHERE woman_id = her
    ) AS places
$$;
REVOKE ALL ON FUNCTION access_sites_of(bigint) FROM PUBLIC;

-- Tells the privacy officers of her sites, and her midwives where ``to_midwife``; never whoever is acting, and never
-- somebody who must never see her.
CREATE FUNCTION access_tell(what text, her bigint, to_midwife boolean) RETURNS void LANGUAGE sql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
    INSERT INTO access_notice (user_id, key, at, woman_id)
    SELECT told.user_id, what, cc_now(), her FROM (
        SELECT m.user_id FROM access_membership m JOIN access_team t ON t.id = m.team_id
        WHERE m.role = 'privacy_officer' AND t.site_id = ANY (access_sites_of(her))
          AND m.starts_on <= (cc_now() AT TIME ZONE 'Europe/London')::date
          AND (m.ends_on IS NULL OR m.ends_on >= (cc_now() AT TIME ZONE 'Europe/London')::date)
        UNION
        SELECT j.named_midwife_id FROM pathways_journey j
        WHERE to_midwife AND j.woman_id = her AND j.stage <> 'closed' AND j.named_midwife_id IS NOT NULL
    ) AS told
    WHERE told.user_id IS DISTINCT FROM cc_user()
      AND NOT EXISTS (SELECT FROM access_conflict c WHERE c.woman_id = her AND c.user_id = told.user_id)
$$;
REVOKE ALL ON FUNCTION access_tell(text, bigint, boolean) FROM PUBLIC;

-- Raises unless the acting person, or the product itself, has her record open.
CREATE FUNCTION access_check_sees(her bigint) RETURNS void LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF NOT (cc_is_product() OR cc_sees(her)) THEN
        RAISE insufficient_privilege USING MESSAGE = 'her record is not open to you';
    END IF;
END $$;
REVOKE ALL ON FUNCTION access_check_sees(bigint) FROM PUBLIC;
"""

CLAIM = """
-- A grant with the row that says why, for the acting person; she is told of by access_tell.
CREATE FUNCTION access_open(her bigint, at_level int, wanted text[], why text, words text, lasts interval)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    at timestamptz := cc_now();
    made bigint;
    opened bigint;
BEGIN
    INSERT INTO access_grant (woman_id, user_id, kind, labels, starts_at, ends_at, reason, made_at, made_by_id)
    VALUES (her, cc_user(), CASE at_level WHEN 2 THEN 'break_glass' ELSE 'self_claim' END, wanted,
            at, at + lasts, why, at, cc_user())
    RETURNING id INTO made;
    INSERT INTO access_opening (grant_id, woman_id, user_id, site_id, level, ground, reason, labels, at,
                                ends_at, outcome, note)
    VALUES (made, her, cc_user(), (SELECT min(s) FROM unnest(access_sites_of(her)) AS s WHERE s = ANY (cc_sites())),
            at_level, why, words, wanted, at, at + lasts, '', '')
    RETURNING id INTO opened;
    PERFORM access_tell(CASE at_level WHEN 2 THEN 'unsealed' ELSE 'claimed' END, her, true);
    RETURN opened;
END $$;
REVOKE ALL ON FUNCTION access_open(bigint, int, text[], text, text, interval) FROM PUBLIC;

-- Looks for exactly one woman at the acting person's own sites and opens her record to them for twelve hours.
-- ``names`` are folded words of a first and a last name, ``number`` ten digits; one of the two is empty.
-- ``said``: opened, already, sealed, too_many or nothing; the last for whatever must not be told apart.
CREATE FUNCTION access_claim(number text, names text[], born date, why text, words text)
RETURNS TABLE (said text, woman bigint) LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    me bigint := cc_user();
    fitting bigint[];
    locked bigint;
    forbidden bigint;
    her bigint;
    result text;
BEGIN
    IF me IS NULL THEN
        RAISE insufficient_privilege USING MESSAGE = 'nobody is acting';
    END IF;
    PERFORM pg_advisory_xact_lock(7302, me::int);  -- the same form twice, and the limit, are counted one by one
    WITH here AS (
        SELECT w.id,
               EXISTS (SELECT FROM access_conflict c WHERE c.woman_id = w.id AND c.user_id = me) AS is_forbidden,
               EXISTS (SELECT FROM access_seal s WHERE s.woman_id = w.id AND s.level = 3) AS is_locked
        FROM pathways_woman w
        WHERE w.date_of_birth = born
          AND access_sites_of(w.id) && cc_sites()
          AND EXISTS (SELECT FROM pathways_journey j WHERE j.woman_id = w.id)
          AND CASE WHEN number <> ''
                   THEN EXISTS (SELECT FROM pathways_identifier i WHERE i.woman_id = w.id AND i.value = number)
                   ELSE names <> '{}' AND names <@ string_to_array(w.search_key, ' ') END
    )
    SELECT array_agg(h.id) FILTER (WHERE NOT is_forbidden AND (NOT is_locked OR cc_sees(h.id))),
           min(h.id) FILTER (WHERE NOT is_forbidden AND is_locked), min(h.id) FILTER (WHERE is_forbidden)
    INTO fitting, locked, forbidden FROM here h;

    IF (SELECT count(*) FROM access_claimattempt a
        WHERE a.user_id = me AND a.at > cc_now() - interval '1 hour' AND a.outcome <> 'too_many') >= 10 THEN
        result := 'too_many';
    ELSIF array_length(fitting, 1) = 1 THEN
        her := fitting[1];
        IF EXISTS (SELECT FROM access_my_grant g WHERE g.woman_id = her AND g.kind <> 'break_glass') THEN
            result := 'already';
        ELSIF EXISTS (SELECT FROM access_seal s WHERE s.woman_id = her) THEN
            result := 'sealed';
        ELSE
            result := 'opened';
            PERFORM access_open(her, 1, '{}', why, words, interval '12 hours');
        END IF;
    ELSE
        result := CASE WHEN array_length(fitting, 1) > 1 THEN 'several' WHEN forbidden IS NOT NULL THEN 'conflict'
                       WHEN locked IS NOT NULL THEN 'locked' ELSE 'nothing' END;
    END IF;

    INSERT INTO access_claimattempt (user_id, at, outcome, woman_id)
    VALUES (me, cc_now(), result,
            CASE result WHEN 'conflict' THEN forbidden WHEN 'locked' THEN locked ELSE coalesce(her, forbidden) END);
    IF her IS NULL AND result <> 'too_many' THEN
        result := 'nothing';
    END IF;
    RETURN QUERY SELECT result, her;
END $$;

-- Opens the sealed record that the acting person asked for in the last 15 minutes, for an hour and for these labels.
-- Returns the opening, or null. Locked meanwhile, or a conflict: null too.
CREATE FUNCTION access_break_glass(her bigint, wanted text[], why text, words text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    me bigint := cc_user();
    running bigint;
    result text := 'nothing';
BEGIN
    IF me IS NULL THEN
        RAISE insufficient_privilege USING MESSAGE = 'nobody is acting';
    END IF;
    PERFORM pg_advisory_xact_lock(7302, me::int);
    IF EXISTS (SELECT FROM access_conflict c WHERE c.woman_id = her AND c.user_id = me) THEN
        result := 'conflict';
    ELSIF EXISTS (SELECT FROM access_seal s WHERE s.woman_id = her AND s.level = 3) THEN
        result := 'locked';
    ELSIF length(btrim(words)) >= 20 AND why IN ('consent', 'legal_duty', 'vital_interest')
          AND 'general' = ANY (wanted) AND access_sites_of(her) && cc_sites()
          AND EXISTS (SELECT FROM access_seal s WHERE s.woman_id = her)
          AND EXISTS (SELECT FROM access_claimattempt a WHERE a.user_id = me AND a.woman_id = her
                      AND a.outcome = 'sealed' AND a.at > cc_now() - interval '15 minutes') THEN
        result := 'opened';
        SELECT o.id INTO running FROM access_opening o JOIN access_grant g ON g.id = o.grant_id
        WHERE o.user_id = me AND o.woman_id = her AND g.kind = 'break_glass' AND g.labels::text[] = wanted
          AND g.ends_at > cc_now();  -- the same form twice
        IF running IS NULL THEN
            running := access_open(her, 2, wanted, why, words, interval '60 minutes');
        END IF;
    END IF;
    INSERT INTO access_claimattempt (user_id, at, outcome, woman_id) VALUES (me, cc_now(), result,
        (SELECT w.id FROM pathways_woman w WHERE w.id = her));
    RETURN running;
END $$;

-- Ends an opening of the acting person's own; whether there was one that runs.
CREATE FUNCTION access_close_opening(which bigint) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE made bigint;
BEGIN
    UPDATE access_opening o SET closed_at = cc_now()
    WHERE o.id = which AND o.user_id = cc_user() AND o.closed_at IS NULL AND o.ends_at > cc_now()
    RETURNING o.grant_id INTO made;
    UPDATE access_grant g SET ends_at = greatest(cc_now(), g.starts_at + interval '1 microsecond')
    WHERE g.id = made AND g.ends_at > cc_now();
    RETURN made IS NOT NULL;
END $$;
"""

REVIEW = """
-- The pages that an opening showed, as far as reads are written down. For the privacy officers of its site.
CREATE FUNCTION access_pages_of_opening(which bigint) RETURNS TABLE (page text, times bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF to_regclass('public.audit_read') IS NOT NULL THEN
        RETURN QUERY EXECUTE
            'SELECT r.page::text, count(*) FROM access_opening o JOIN audit_read r '
            'ON r.actor_id = o.user_id AND o.woman_id = ANY (r.women) '
            'AND r.at BETWEEN o.at AND coalesce(o.closed_at, o.ends_at) '
            'WHERE o.id = $1 AND o.site_id = ANY (cc_reviewed_sites()) GROUP BY r.page ORDER BY min(r.at)' USING which;
    END IF;
END $$;

-- Who asked in vain for a woman whom they must never see: by person, woman and London day, the last thirty days.
CREATE FUNCTION access_asked_in_vain() RETURNS TABLE (asker bigint, woman bigint, day date, times bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT a.user_id, a.woman_id, (a.at AT TIME ZONE 'Europe/London')::date AS day, count(*)
    FROM access_claimattempt a
    WHERE a.outcome = 'conflict' AND a.at > cc_now() - interval '30 days' AND a.user_id <> cc_user()
      AND access_sites_of(a.woman_id) && cc_reviewed_sites()
      AND NOT EXISTS (SELECT FROM access_conflict c WHERE c.woman_id = a.woman_id AND c.user_id = cc_user())
    GROUP BY 1, 2, 3 ORDER BY day DESC, 4 DESC LIMIT 200
$$;
"""

KEEPING = """
-- Every grant on her record that runs, has ended or begins later. For whoever has it open.
CREATE FUNCTION access_who_sees(her bigint) RETURNS TABLE
(kind text, team bigint, person bigint, labels text[], starts_at timestamptz, ends_at timestamptz, reason text,
 made_by bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM access_check_sees(her);
    RETURN QUERY SELECT g.kind::text, g.team_id, g.user_id, g.labels::text[], g.starts_at, g.ends_at, g.reason::text,
                        g.made_by_id
    FROM access_grant g WHERE g.woman_id = her ORDER BY g.starts_at DESC, g.id DESC LIMIT 500;
END $$;

CREATE FUNCTION access_conflicts_of(her bigint) RETURNS TABLE
(id bigint, person bigint, reason text, made_at timestamptz, made_by bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM access_check_sees(her);
    RETURN QUERY SELECT c.id, c.user_id, c.reason::text, c.made_at, c.made_by_id
    FROM access_conflict c WHERE c.woman_id = her ORDER BY c.made_at, c.id;
END $$;

-- From now on ``whom`` never sees her, whatever else says so. They are not told.
CREATE FUNCTION access_add_conflict(her bigint, whom bigint, why text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM access_check_sees(her);
    INSERT INTO access_conflict (woman_id, user_id, reason, made_at, made_by_id)
    VALUES (her, whom, why, cc_now(), cc_user()) ON CONFLICT DO NOTHING;
    IF FOUND THEN
        PERFORM access_tell('conflict', her, true);
    END IF;
END $$;

CREATE FUNCTION access_end_conflict(which bigint) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE her bigint;
BEGIN
    SELECT c.woman_id INTO her FROM access_conflict c WHERE c.id = which;
    IF her IS NOT NULL THEN
        PERFORM access_check_sees(her);
        DELETE FROM access_conflict c WHERE c.id = which;
        PERFORM access_tell('conflict_ended', her, true);
    END IF;
END $$;

-- Seals her record. What others had opened by saying that they care for her ends.
CREATE FUNCTION access_seal_record(her bigint, at_level int, why text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM access_check_sees(her);
    INSERT INTO access_seal (woman_id, level, reason, made_at, made_by_id)
    VALUES (her, at_level, why, cc_now(), cc_user())
    ON CONFLICT (woman_id) DO UPDATE
    SET level = excluded.level, reason = excluded.reason, made_at = excluded.made_at, made_by_id = excluded.made_by_id;
    UPDATE access_grant g SET ends_at = greatest(cc_now(), g.starts_at + interval '1 microsecond')
    WHERE g.woman_id = her AND g.user_id IS DISTINCT FROM cc_user() AND g.ends_at > cc_now()
      AND (g.kind = 'self_claim' OR (g.kind = 'break_glass' AND at_level = 3));
    PERFORM access_tell('seal', her, true);
END $$;

CREATE FUNCTION access_unseal(her bigint) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM access_check_sees(her);
    DELETE FROM access_seal s WHERE s.woman_id = her;
    IF FOUND THEN
        PERFORM access_tell('seal_ended', her, true);
    END IF;
END $$;
"""

NOTHING = """
DROP FUNCTION access_unseal(bigint);
DROP FUNCTION access_seal_record(bigint, int, text);
DROP FUNCTION access_end_conflict(bigint);
DROP FUNCTION access_add_conflict(bigint, bigint, text);
DROP FUNCTION access_conflicts_of(bigint);
DROP FUNCTION access_who_sees(bigint);
DROP FUNCTION access_asked_in_vain();
DROP FUNCTION access_pages_of_opening(bigint);
DROP FUNCTION access_close_opening(bigint);
DROP FUNCTION access_break_glass(bigint, text[], text, text);
DROP FUNCTION access_claim(text, text[], date, text, text);
DROP FUNCTION access_open(bigint, int, text[], text, text, interval);
DROP FUNCTION access_check_sees(bigint);
DROP FUNCTION access_tell(text, bigint, boolean);
DROP FUNCTION access_sites_of(bigint);
DROP FUNCTION cc_reviewed_sites();
DROP FUNCTION cc_sites();
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0005_openings")]
    operations = [migrations.RunSQL(PLACES + CLAIM + REVIEW + KEEPING, NOTHING)]
