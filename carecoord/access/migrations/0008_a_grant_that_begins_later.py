"""A running grant ends where the facts, once corrected, let it begin only later."""

from django.db import migrations

LATER = """
CREATE OR REPLACE FUNCTION access_set_derived(of_journey bigint, wanted jsonb) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE her bigint;
BEGIN
    SELECT woman_id INTO STRICT her FROM pathways_journey WHERE id = of_journey;
    IF NOT (cc_is_product() OR cc_sees(her)) THEN
        RAISE insufficient_privilege USING MESSAGE = 'her record is not open to you';
    END IF;

    DELETE FROM access_grant g
    WHERE g.journey_id = of_journey AND g.starts_at >= cc_now() AND access_wanted(g, wanted) IS NULL;

    -- Also one that by the facts begins only later: its fact was entered in error, or moved.
    UPDATE access_grant g SET ends_at = cc_now()
    WHERE g.journey_id = of_journey AND g.starts_at < cc_now() AND (g.ends_at IS NULL OR g.ends_at > cc_now())
      AND (access_wanted(g, wanted) IS NULL OR access_start(access_wanted(g, wanted)) > cc_now());

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
AS_BEFORE = """
CREATE OR REPLACE FUNCTION access_set_derived(of_journey bigint, wanted jsonb) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
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


class Migration(migrations.Migration):
    dependencies = [("access", "0007_pins_under_a_key")]

    operations = [migrations.RunSQL(LATER, AS_BEFORE)]
