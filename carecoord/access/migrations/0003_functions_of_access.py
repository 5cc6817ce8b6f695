"""What the policies ask, and the only ways in which the web server's role can write a grant.

``access_my_grant`` is the heart: the women in it are the women whom the acting person may see. It
reads with the owner's rights, so the web role needs none on conflicts and memberships; a policy
asks it as a set (migration 0009). ``current_setting`` stands in a sub-select everywhere: read once a query.
"""

from django.db import migrations

WHO = """
-- The acting person, set for one transaction by carecoord.access.acting; null for nobody.
CREATE FUNCTION cc_user() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT nullif(current_setting('app.user', true), '')::bigint $$;

-- The statement's time, not the transaction's: whoever waited for a lock sees what was granted meanwhile.
-- A function of its own so that a test can move the clock.
CREATE FUNCTION cc_now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE AS $$ SELECT statement_timestamp() $$;

-- The teams in which the acting person works today (London).
CREATE FUNCTION cc_teams() RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(team_id), '{}') FROM access_membership
    WHERE user_id = cc_user()
      AND starts_on <= (cc_now() AT TIME ZONE 'Europe/London')::date
      AND (ends_on IS NULL OR ends_on >= (cc_now() AT TIME ZONE 'Europe/London')::date)
$$;

CREATE VIEW access_my_grant AS
    SELECT g.woman_id, g.kind, g.labels, g.ends_at FROM access_grant g
    WHERE (g.user_id = (SELECT cc_user()) OR g.team_id = ANY ((SELECT cc_teams())::bigint[]))
      AND g.starts_at <= (SELECT cc_now())
      AND (g.ends_at IS NULL OR g.ends_at > (SELECT cc_now()))
      AND NOT EXISTS (
          SELECT FROM access_conflict c WHERE c.woman_id = g.woman_id AND c.user_id = (SELECT cc_user())
      );

-- The labels that the acting person may see of each woman: what their roles may, as far as a grant opens it.
CREATE VIEW access_my_label AS
    SELECT g.woman_id, l.label FROM access_my_grant g
    JOIN access_rolelabel l ON g.labels = '{}' OR l.label = ANY (g.labels)
    WHERE l.role IN (
        SELECT m.role FROM access_membership m
        WHERE m.user_id = (SELECT cc_user())
          AND m.starts_on <= ((SELECT cc_now()) AT TIME ZONE 'Europe/London')::date
          AND (m.ends_on IS NULL OR m.ends_on >= ((SELECT cc_now()) AT TIME ZONE 'Europe/London')::date)
    );

CREATE FUNCTION cc_sees(her bigint) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$ SELECT EXISTS (SELECT FROM access_my_grant WHERE woman_id = her) $$;

CREATE FUNCTION cc_sees_label(her bigint, wanted text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$ SELECT EXISTS (SELECT FROM access_my_label WHERE woman_id = her AND label = wanted) $$;

-- Whether the product itself is at work (owner, worker), not a page. Inside a function with the owner's rights
-- current_user says nothing; the role that was set, or signed in, does.
CREATE FUNCTION cc_is_product() RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT pg_has_role(doer, 'cc_owner', 'USAGE') OR pg_has_role(doer, 'cc_worker', 'USAGE')
    FROM (SELECT coalesce(nullif(current_setting('role'), 'none'), session_user)::name AS doer) AS who
$$;
"""

NOBODY = """
DROP FUNCTION cc_is_product();
DROP FUNCTION cc_sees_label(bigint, text);
DROP FUNCTION cc_sees(bigint);
DROP VIEW access_my_label;
DROP VIEW access_my_grant;
DROP FUNCTION cc_teams();
DROP FUNCTION cc_now();
DROP FUNCTION cc_user();
"""

WRITE = """
-- A number for a woman about to be added, with a grant for whoever adds her: without one they could not even
-- read back the row they write.
CREATE FUNCTION access_reserve_woman(by_user bigint) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE her bigint := nextval(pg_get_serial_sequence('pathways_woman', 'id'));
BEGIN
    IF NOT cc_is_product() AND by_user IS DISTINCT FROM cc_user() THEN
        RAISE insufficient_privilege USING MESSAGE = 'somebody else is acting';
    END IF;
    INSERT INTO access_grant (woman_id, user_id, kind, labels, starts_at, ends_at, reason, made_at, made_by_id)
    VALUES (her, by_user, 'self_claim', '{}', cc_now(), cc_now() + interval '12 hours', 'added her', cc_now(), by_user);
    RETURN her;
END $$;

-- Makes the grants that follow from one journey's facts equal to ``wanted``: objects with kind, team_id, user_id,
-- reason, starts_at, ends_at. What no longer follows ends now and stays readable. The caller holds the journey's lock.
CREATE FUNCTION access_set_derived(of_journey bigint, wanted jsonb) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE her bigint;
BEGIN
    SELECT woman_id INTO STRICT her FROM pathways_journey WHERE id = of_journey;
    IF NOT (cc_is_product() OR cc_sees(her)) THEN
        RAISE insufficient_privilege USING MESSAGE = 'her record is not open to you';
    END IF;

    DELETE FROM access_grant g
    WHERE g.journey_id = of_journey AND g.starts_at >= cc_now() AND access_wanted(g, wanted) IS NULL;

    UPDATE access_grant g SET ends_at = cc_now()
    WHERE g.journey_id = of_journey AND g.starts_at < cc_now() AND (g.ends_at IS NULL OR g.ends_at > cc_now())
      AND access_wanted(g, wanted) IS NULL;

    UPDATE access_grant g
    SET ends_at = (w ->> 'ends_at')::timestamptz,
        starts_at = CASE WHEN g.starts_at > cc_now() THEN access_start(w) ELSE g.starts_at END
    FROM jsonb_array_elements(wanted) AS w
    WHERE g.journey_id = of_journey AND (g.ends_at IS NULL OR g.ends_at > cc_now())
      AND access_wanted(g, jsonb_build_array(w)) IS NOT NULL
      AND (g.ends_at IS DISTINCT FROM (w ->> 'ends_at')::timestamptz
           OR (g.starts_at > cc_now() AND g.starts_at <> access_start(w)));

    INSERT INTO access_grant
        (woman_id, journey_id, kind, team_id, user_id, reason, labels, starts_at, ends_at, made_at, made_by_id)
    SELECT her, of_journey, w ->> 'kind', (w ->> 'team_id')::bigint, (w ->> 'user_id')::bigint, w ->> 'reason', '{}',
           access_start(w), (w ->> 'ends_at')::timestamptz, cc_now(), cc_user()
    FROM jsonb_array_elements(wanted) AS w
    WHERE NOT EXISTS (
        SELECT FROM access_grant g
        WHERE g.journey_id = of_journey AND (g.ends_at IS NULL OR g.ends_at > cc_now())
          AND access_wanted(g, jsonb_build_array(w)) IS NOT NULL
    )
    -- the same fact again, after a correction was itself corrected
    ON CONFLICT (journey_id, kind, team_id, user_id, reason, starts_at) WHERE journey_id IS NOT NULL
    DO UPDATE SET ends_at = excluded.ends_at;
END $$;
"""

MATCH = """
-- The entry of ``wanted`` that is this grant, or null.
CREATE FUNCTION access_wanted(g access_grant, wanted jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT w FROM jsonb_array_elements(wanted) AS w
    WHERE w ->> 'kind' = g.kind AND w ->> 'reason' = g.reason
      AND (w ->> 'team_id')::bigint IS NOT DISTINCT FROM g.team_id
      AND (w ->> 'user_id')::bigint IS NOT DISTINCT FROM g.user_id
    LIMIT 1
$$;

-- When an entry of ``wanted`` begins. The application's clock may be a little ahead of ours.
CREATE FUNCTION access_start(w jsonb) RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN s < cc_now() + interval '5 minutes' THEN least(s, cc_now()) ELSE s END
    FROM (SELECT (w ->> 'starts_at')::timestamptz AS s) AS given
$$;
"""

WRITE_NOTHING = """
DROP FUNCTION access_set_derived(bigint, jsonb);
DROP FUNCTION access_start(jsonb);
DROP FUNCTION access_wanted(access_grant, jsonb);
DROP FUNCTION access_reserve_woman(bigint);
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0002_grants")]
    operations = [migrations.RunSQL(WHO, NOBODY), migrations.RunSQL(MATCH + WRITE, WRITE_NOTHING)]
