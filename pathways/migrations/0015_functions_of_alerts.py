"""What people may know and do of alerts about women whom they may not see: with the owner's rights, and no name.

A service manager is told when nobody took an alert, and sees no woman: ``pathways_my_alerts`` gives them how urgent and
how late it is and whom to ring, ``pathways_take_alert`` lets them say that they have it. The numbers are of the sites
where the acting person works; where they do not see all women behind one, it is withheld below 8 women, else rounded.
"""

from django.db import migrations

MINE = """
-- The open alerts told to the acting person, each flag once: the highest level that they were told of. ``visible``
-- where they may open her record as well. No moment, no key, nobody's name but colleagues'.
CREATE FUNCTION pathways_my_alerts() RETURNS TABLE (
    id bigint, severity text, site text, due_at timestamptz, fired_at timestamptz, rung int, post text,
    held_until timestamptz, held_by text, owner text, visible boolean
) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT mine.id, mine.severity, place.name, mine.due_at, mine.fired_at, flag.rung::int, mine.post,
           flag.held_until, coalesce(holder.name, ''), coalesce(owner.name, midwife.name, ''),
           EXISTS (SELECT FROM access_my_grant g WHERE g.woman_id = journey.woman_id)
           AND (cc_sees_label(journey.woman_id, 'child_protection') OR NOT EXISTS (
               SELECT FROM pathways_journey later
               WHERE later.woman_id = journey.woman_id AND later.number > journey.number))
    FROM (
        SELECT DISTINCT ON (a.flag_id) a.flag_id, a.id, a.severity, a.due_at, a.fired_at, a.site_id, told.post
        FROM pathways_alertto told JOIN pathways_alert a ON a.id = told.alert_id
        WHERE told.user_id = (SELECT cc_user())
        ORDER BY a.flag_id, a.rung DESC
    ) AS mine
    JOIN pathways_flag flag ON flag.id = mine.flag_id AND flag.cleared_at IS NULL AND flag.handoff_id IS NOT NULL
    JOIN pathways_journey journey ON journey.id = flag.journey_id
    JOIN sites_site place ON place.id = coalesce(flag.site_id, mine.site_id)
    LEFT JOIN access_user holder ON holder.id = flag.held_by_id
    LEFT JOIN access_user midwife ON midwife.id = journey.named_midwife_id
    LEFT JOIN pathways_owner owned ON owned.handoff_id = flag.handoff_id AND owned.until IS NULL
    LEFT JOIN access_user owner ON owner.id = owned.user_id
    WHERE place.id = ANY ((SELECT cc_sites())::bigint[])
      AND NOT EXISTS (
          SELECT FROM access_conflict c WHERE c.woman_id = journey.woman_id AND c.user_id = (SELECT cc_user()))
$$;

-- The flag of an alert that the acting person was told and may act on; its journey, then itself, locked. Null: none.
CREATE FUNCTION pathways_lock_alert(alert bigint) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE which bigint; hers bigint;
BEGIN
    SELECT a.flag_id, a.journey_id INTO which, hers
    FROM pathways_alert a JOIN pathways_alertto told ON told.alert_id = a.id
    JOIN pathways_journey j ON j.id = a.journey_id
    WHERE a.id = alert AND told.user_id = cc_user() AND j.site_id = ANY (cc_sites())
      AND NOT EXISTS (SELECT FROM access_conflict c WHERE c.woman_id = j.woman_id AND c.user_id = cc_user());
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    PERFORM FROM pathways_journey WHERE id = hers FOR NO KEY UPDATE;
    PERFORM FROM pathways_flag WHERE id = which FOR UPDATE;
    RETURN which;
END $$;
REVOKE ALL ON FUNCTION pathways_lock_alert(bigint) FROM PUBLIC;

-- Until when "I have this" holds, as in alerting/caps.py; bank holidays are not left out here, so that it ends sooner.
CREATE FUNCTION pathways_longest_taken(how_urgent text, at timestamptz) RETURNS timestamptz LANGUAGE sql STABLE
SET search_path = public, pg_temp AS $$
    SELECT CASE how_urgent
        WHEN 'S1' THEN at + interval '4 hours'
        WHEN 'S2' THEN at + interval '24 hours'
        WHEN 'S3' THEN (
            SELECT (day + 1)::timestamp AT TIME ZONE 'Europe/London'
            FROM generate_series(1, 7) AS later, LATERAL (
                SELECT ((at - interval '1 microsecond') AT TIME ZONE 'Europe/London')::date + later AS day) AS days
            WHERE extract(isodow FROM day) < 6 ORDER BY day OFFSET 2 LIMIT 1)
        ELSE at + interval '7 days'
    END
$$;
REVOKE ALL ON FUNCTION pathways_longest_taken(text, timestamptz) FROM PUBLIC;

-- "I have this". Null: not told to them; ``ended`` and ``held``: too late; ``taken``: done, or done before by this form.
-- Who may not see her does not become the owner: she is still whoever can record the act.
CREATE FUNCTION pathways_take_alert(alert bigint, form uuid) RETURNS text LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE which bigint := pathways_lock_alert(alert); flag pathways_flag; ends timestamptz;
BEGIN
    IF which IS NULL THEN
        RETURN NULL;
    END IF;
    SELECT * INTO flag FROM pathways_flag f WHERE f.id = which;
    IF EXISTS (SELECT FROM pathways_hold h WHERE h.submission = form AND h.flag_id = which AND h.by_id = cc_user()) THEN
        RETURN 'taken';
    ELSIF flag.cleared_at IS NOT NULL THEN
        RETURN 'ended';
    ELSIF flag.held_until > cc_now() AND flag.held_by_id <> cc_user() THEN
        RETURN 'held';
    END IF;
    ends := pathways_longest_taken((SELECT a.severity FROM pathways_alert a WHERE a.id = alert), cc_now());
    INSERT INTO pathways_hold (flag_id, journey_id, kind, by_id, at, until, reason, submission)
    VALUES (which, flag.journey_id, 'taken', cc_user(), cc_now(), ends, '', form);
    UPDATE pathways_flag f SET held_until = ends, held_by_id = cc_user() WHERE f.id = which;
    UPDATE pathways_alertto told SET seen_at = cc_now()
    FROM pathways_alert a
    WHERE a.id = told.alert_id AND a.flag_id = which AND told.user_id = cc_user() AND told.seen_at IS NULL;
    RETURN 'taken';
END $$;

-- Takes back what the acting person has just said of it, within a minute. False: there is nothing to take back.
CREATE FUNCTION pathways_give_back_alert(alert bigint) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE which bigint := pathways_lock_alert(alert);
BEGIN
    UPDATE pathways_hold h SET undone_at = cc_now()
    WHERE h.flag_id = which AND h.by_id = cc_user() AND h.kind = 'taken' AND h.undone_at IS NULL
      AND h.at >= cc_now() - interval '60 seconds';
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    UPDATE pathways_flag f SET (held_until, held_by_id) = (
        SELECT h.until, h.by_id FROM pathways_hold h
        WHERE h.flag_id = which AND h.undone_at IS NULL AND h.until > cc_now() ORDER BY h.at DESC, h.id DESC LIMIT 1)
    WHERE f.id = which;
    RETURN true;
END $$;
"""

NUMBERS = """
-- Of how many women the acting person was told, by London day.
CREATE FUNCTION pathways_my_told(since date, upto date) RETURNS TABLE (day date, women bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT (told.told_at AT TIME ZONE 'Europe/London')::date, count(DISTINCT told.woman_id)
    FROM pathways_alertto told
    WHERE told.user_id = (SELECT cc_user())
      AND told.told_at >= since::timestamp AT TIME ZONE 'Europe/London'
      AND told.told_at < (upto + 1)::timestamp AT TIME ZONE 'Europe/London'
      AND NOT EXISTS (
          SELECT FROM access_conflict c WHERE c.woman_id = told.woman_id AND c.user_id = (SELECT cc_user()))
    GROUP BY 1
$$;

-- How many people at the acting person's sites were told of up to 7, 8 to 15, and more women, by London day.
CREATE FUNCTION pathways_told_spread(since date, upto date)
RETURNS TABLE (day date, up_to_7 bigint, up_to_15 bigint, above_15 bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT counted.day, count(*) FILTER (WHERE women < 8), count(*) FILTER (WHERE women BETWEEN 8 AND 15),
           count(*) FILTER (WHERE women > 15)
    FROM (
        SELECT (told.told_at AT TIME ZONE 'Europe/London')::date AS day, count(DISTINCT told.woman_id) AS women
        FROM pathways_alert a JOIN pathways_alertto told ON told.alert_id = a.id
        WHERE a.site_id = ANY ((SELECT cc_sites())::bigint[])
          AND a.made_at >= since::timestamp AT TIME ZONE 'Europe/London'
          AND a.made_at < (upto + 1)::timestamp AT TIME ZONE 'Europe/London'
        GROUP BY 1, told.user_id
    ) AS counted
    GROUP BY counted.day
$$;

-- A number of alerts as it may be shown: exact to whoever sees all women behind it, else none below 8 of them.
CREATE FUNCTION pathways_may_show(number bigint, women bigint, sees_all boolean) RETURNS bigint LANGUAGE sql IMMUTABLE
SET search_path = public, pg_temp AS $$
    SELECT CASE WHEN sees_all THEN number WHEN women >= 8 THEN 5 * round(number / 5.0)::bigint END
$$;
REVOKE ALL ON FUNCTION pathways_may_show(bigint, bigint, boolean) FROM PUBLIC;

-- What became of the alerts first told between two London days, by moment. A moment with too few is left out.
CREATE FUNCTION pathways_alert_honesty(since date, upto date) RETURNS TABLE (
    moment text, fired bigint, taken bigint, put_off bigint, acted bigint, later bigint, by_itself bigint,
    still_open bigint
) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH told AS (
        SELECT split_part(a.handoff_key, '.', 1) AS moment, journey.woman_id AS her,
               EXISTS (SELECT FROM access_my_grant g WHERE g.woman_id = journey.woman_id) AS seen,
               EXISTS (SELECT FROM pathways_hold h
                       WHERE h.flag_id = a.flag_id AND h.kind = 'taken' AND h.undone_at IS NULL) AS was_taken,
               EXISTS (SELECT FROM pathways_hold h
                       WHERE h.flag_id = a.flag_id AND h.kind = 'snoozed' AND h.undone_at IS NULL) AS was_put_off,
               CASE WHEN flag.cleared_at IS NULL THEN 'open'
                    WHEN handoff.state IN ('completed_on_time', 'completed_late', 'declined', 'unable')
                    THEN CASE WHEN flag.cleared_at <= a.made_at + interval '1 day' THEN 'acted' ELSE 'later' END
                    ELSE 'by itself' END AS became
        FROM pathways_alert a
        JOIN pathways_flag flag ON flag.id = a.flag_id
        JOIN pathways_journey journey ON journey.id = a.journey_id
        LEFT JOIN pathways_handoff handoff ON handoff.id = flag.handoff_id
        WHERE a.rung = 0 AND a.site_id = ANY ((SELECT cc_sites())::bigint[])
          AND a.made_at >= since::timestamp AT TIME ZONE 'Europe/London'
          AND a.made_at < (upto + 1)::timestamp AT TIME ZONE 'Europe/London'
          AND NOT EXISTS (
              SELECT FROM access_conflict c WHERE c.woman_id = journey.woman_id AND c.user_id = (SELECT cc_user()))
    ), counted AS (
        SELECT told.moment, bool_and(seen) AS all_seen,
               count(*) AS n, count(DISTINCT her) AS w,
               count(*) FILTER (WHERE was_taken) AS n_taken,
               count(DISTINCT her) FILTER (WHERE was_taken) AS w_taken,
               count(*) FILTER (WHERE was_put_off) AS n_put_off,
               count(DISTINCT her) FILTER (WHERE was_put_off) AS w_put_off,
               count(*) FILTER (WHERE became = 'acted') AS n_acted,
               count(DISTINCT her) FILTER (WHERE became = 'acted') AS w_acted,
               count(*) FILTER (WHERE became = 'later') AS n_later,
               count(DISTINCT her) FILTER (WHERE became = 'later') AS w_later,
               count(*) FILTER (WHERE became = 'by itself') AS n_by_itself,
               count(DISTINCT her) FILTER (WHERE became = 'by itself') AS w_by_itself,
               count(*) FILTER (WHERE became = 'open') AS n_open,
               count(DISTINCT her) FILTER (WHERE became = 'open') AS w_open
        FROM told GROUP BY told.moment
    )
    SELECT counted.moment, pathways_may_show(n, w, all_seen), pathways_may_show(n_taken, w_taken, all_seen),
           pathways_may_show(n_put_off, w_put_off, all_seen), pathways_may_show(n_acted, w_acted, all_seen),
           pathways_may_show(n_later, w_later, all_seen), pathways_may_show(n_by_itself, w_by_itself, all_seen),
           pathways_may_show(n_open, w_open, all_seen)
    FROM counted WHERE all_seen OR w >= 8
$$;

-- How often each known reason was given for putting an alert off; all others together.
CREATE FUNCTION pathways_put_off_reasons(since date, upto date, known text[])
RETURNS TABLE (reason text, times bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT given.reason, pathways_may_show(count(*), count(DISTINCT given.woman_id), bool_and(given.seen))
    FROM (
        SELECT CASE WHEN h.reason = ANY (known) THEN h.reason ELSE 'Another reason' END AS reason, journey.woman_id,
               EXISTS (SELECT FROM access_my_grant g WHERE g.woman_id = journey.woman_id) AS seen
        FROM pathways_hold h JOIN pathways_journey journey ON journey.id = h.journey_id
        WHERE h.kind = 'snoozed' AND h.undone_at IS NULL AND journey.site_id = ANY ((SELECT cc_sites())::bigint[])
          AND h.at >= since::timestamp AT TIME ZONE 'Europe/London'
          AND h.at < (upto + 1)::timestamp AT TIME ZONE 'Europe/London'
          AND NOT EXISTS (
              SELECT FROM access_conflict c WHERE c.woman_id = journey.woman_id AND c.user_id = (SELECT cc_user()))
    ) AS given
    GROUP BY given.reason
$$;
"""

GONE = """
DROP FUNCTION pathways_put_off_reasons(date, date, text[]);
DROP FUNCTION pathways_alert_honesty(date, date);
DROP FUNCTION pathways_may_show(bigint, bigint, boolean);
DROP FUNCTION pathways_told_spread(date, date);
DROP FUNCTION pathways_my_told(date, date);
DROP FUNCTION pathways_give_back_alert(bigint);
DROP FUNCTION pathways_take_alert(bigint, uuid);
DROP FUNCTION pathways_longest_taken(text, timestamptz);
DROP FUNCTION pathways_lock_alert(bigint);
DROP FUNCTION pathways_my_alerts();
"""


class Migration(migrations.Migration):
    dependencies = [("pathways", "0014_versions"), ("access", "0006_functions_of_openings")]
    operations = [migrations.RunSQL(MINE + NUMBERS, GONE)]
