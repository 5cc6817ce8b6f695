"""Asking and answering, with the owner's rights: no page reads an invitation or a response.

Every function takes the hashes of a key under each of the installation's keys. Whatever the reason why a key opens
nothing, the answer is null.
"""

from django.db import migrations

MAY_ASK = """
-- Whether anything is asked of her now: not within 72 hours of a separation or a loss, not after a loss, not once the
-- journey is closed or her death was reported.
CREATE FUNCTION gaps_may_ask(of_journey bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT j.stage NOT IN ('closed', 'bereavement')
       AND NOT EXISTS (
           SELECT FROM pathways_event e JOIN pathways_journey hers ON hers.id = e.journey_id
           WHERE hers.woman_id = j.woman_id
             AND (e.kind = 'mother_died' OR e.kind IN ('separated', 'pregnancy_loss', 'baby_died')
                  AND e.occurred_at > cc_now() - interval '72 hours')
             AND NOT EXISTS (SELECT FROM pathways_correction c WHERE c.event_id = e.id))
       AND NOT EXISTS (
           SELECT FROM pathways_deathreport d JOIN pathways_journey hers ON hers.id = d.journey_id
           WHERE hers.woman_id = j.woman_id AND d.withdrawn_at IS NULL)
    FROM pathways_journey j WHERE j.id = of_journey
$$;
REVOKE ALL ON FUNCTION gaps_may_ask(bigint) FROM PUBLIC;

-- A new key; those before it open nothing any more. False: this very form has made one. Null: nothing is asked now.
CREATE FUNCTION gaps_invite(
    of_journey bigint, key text, by_way text, ward boolean, until timestamptz, form uuid
) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE her bigint := (SELECT j.woman_id FROM pathways_journey j WHERE j.id = of_journey);
BEGIN
    IF NOT (cc_is_product() OR cc_sees(her)) THEN
        RAISE insufficient_privilege USING MESSAGE = 'her record is not open to you';
    END IF;
    IF EXISTS (SELECT FROM gaps_invitation i WHERE i.submission = form) THEN
        RETURN false;
    END IF;
    IF NOT gaps_may_ask(of_journey) THEN
        RETURN NULL;
    END IF;
    UPDATE gaps_invitation i SET ended_at = cc_now()
    WHERE i.journey_id = of_journey AND i.used_at IS NULL AND i.ended_at IS NULL;
    INSERT INTO gaps_invitation (journey_id, way, key_hash, with_ward, made_at, expires_at, submission)
    VALUES (of_journey, by_way, key, ward, cc_now(), until, form);
    RETURN true;
END $$;
"""

ANSWER = """
-- The invitation that a key opens now.
CREATE FUNCTION gaps_invited(keys text[], by_way text) RETURNS SETOF gaps_invitation
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT * FROM gaps_invitation i
    WHERE i.key_hash = ANY (keys) AND i.way = by_way AND i.used_at IS NULL AND i.ended_at IS NULL
      AND i.expires_at > cc_now() AND (by_way = 'paper' OR gaps_may_ask(i.journey_id))
$$;
REVOKE ALL ON FUNCTION gaps_invited(text[], text) FROM PUBLIC;

-- What is asked at an address.
CREATE FUNCTION gaps_questions(keys text[]) RETURNS jsonb
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT jsonb_build_object('ward', i.with_ward) FROM gaps_invited(keys, 'device') i
$$;

-- She wants to be called: her midwife and the buddy are told, or her team where nobody is named. Never somebody who
-- must never see her.
CREATE FUNCTION gaps_call_her(of_journey bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO gaps_callwanted (journey_id, asked_at) VALUES (of_journey, cc_now()) ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    INSERT INTO access_notice (user_id, key, at, woman_id)
    SELECT DISTINCT told.user_id, 'asks_call', cc_now(), j.woman_id
    FROM pathways_journey j CROSS JOIN LATERAL (
        SELECT named.user_id FROM (VALUES (j.named_midwife_id), (j.buddy_id)) AS named (user_id)
        WHERE named.user_id IS NOT NULL
        UNION
        SELECT m.user_id FROM access_membership m
        WHERE j.named_midwife_id IS NULL AND m.team_id = j.team_id AND m.role IN ('specialist_midwife', 'midwife')
          AND m.starts_on <= (cc_now() AT TIME ZONE 'Europe/London')::date
          AND (m.ends_on IS NULL OR m.ends_on >= (cc_now() AT TIME ZONE 'Europe/London')::date)
    ) AS told
    WHERE j.id = of_journey
      AND NOT EXISTS (SELECT FROM access_conflict c WHERE c.woman_id = j.woman_id AND c.user_id = told.user_id);
END $$;
REVOKE ALL ON FUNCTION gaps_call_her(bigint) FROM PUBLIC;

-- Takes what she answered; the key is spent. Her wish to be called stands apart from it.
CREATE FUNCTION gaps_take(
    invitation bigint, is_about text, said smallint[], of_ward smallint[], call boolean, at timestamptz, by_user bigint
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE taken gaps_invitation;
BEGIN
    UPDATE gaps_invitation i SET used_at = cc_now() WHERE i.id = invitation RETURNING * INTO STRICT taken;
    INSERT INTO gaps_response (journey_id, way, answered_at, about, answers, ward, entered_by_id)
    VALUES (taken.journey_id, taken.way, at, is_about, said, CASE WHEN taken.with_ward THEN of_ward END, by_user);
    IF call THEN
        PERFORM gaps_call_her(taken.journey_id);
    END IF;
END $$;
REVOKE ALL ON FUNCTION gaps_take(bigint, text, smallint[], smallint[], boolean, timestamptz, bigint) FROM PUBLIC;

-- Her answers from her own device.
CREATE FUNCTION gaps_answer(
    keys text[], is_about text, said smallint[], of_ward smallint[], call boolean
) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE invitation bigint;
BEGIN
    PERFORM FROM gaps_invitation i WHERE i.key_hash = ANY (keys) FOR UPDATE;
    invitation := (SELECT i.id FROM gaps_invited(keys, 'device') i);
    IF invitation IS NULL THEN
        RETURN NULL;
    END IF;
    PERFORM gaps_take(invitation, is_about, said, of_ward, call, cc_now(), NULL);
    RETURN true;
END $$;
"""

ENTER = """
-- What a sheet of paper asks, to whoever works at her site. ``rated``: they are one of those whom she may have rated,
-- her midwife or buddy, or have written anything into her record within 28 days.
CREATE FUNCTION gaps_paper(keys text[]) RETURNS jsonb
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT jsonb_build_object(
        'ward', i.with_ward,
        'made_at', i.made_at,
        'rated', cc_user() IN (j.named_midwife_id, j.buddy_id) IS TRUE OR EXISTS (
            SELECT FROM pathways_event e
            WHERE e.journey_id = j.id AND e.recorded_by_id = cc_user()
              AND greatest(e.occurred_at, e.recorded_at) > cc_now() - interval '28 days'))
    FROM gaps_invited(keys, 'paper') i JOIN pathways_journey j ON j.id = i.journey_id
    WHERE EXISTS (
            SELECT FROM access_membership m JOIN access_team t ON t.id = m.team_id
            WHERE m.user_id = cc_user() AND t.site_id = j.site_id
              AND m.starts_on <= (cc_now() AT TIME ZONE 'Europe/London')::date
              AND (m.ends_on IS NULL OR m.ends_on >= (cc_now() AT TIME ZONE 'Europe/London')::date))
      AND NOT EXISTS (SELECT FROM access_conflict c WHERE c.woman_id = j.woman_id AND c.user_id = cc_user())
$$;

-- Her answers from the paper, typed in by somebody who is not rated.
CREATE FUNCTION gaps_enter(
    keys text[], is_about text, said smallint[], of_ward smallint[], call boolean, at timestamptz
) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE sheet jsonb;
BEGIN
    PERFORM FROM gaps_invitation i WHERE i.key_hash = ANY (keys) FOR UPDATE;
    sheet := gaps_paper(keys);
    IF sheet IS NULL OR (sheet ->> 'rated')::boolean THEN
        RETURN NULL;
    END IF;
    IF at > cc_now() OR at < (sheet ->> 'made_at')::timestamptz - interval '1 day' THEN
        RAISE check_violation USING MESSAGE = 'it is answered after it was printed';
    END IF;
    PERFORM gaps_take((SELECT i.id FROM gaps_invited(keys, 'paper') i), is_about, said, of_ward, call, at, cc_user());
    RETURN true;
END $$;
"""
COUNTED = """
CREATE TRIGGER count_again AFTER INSERT ON gaps_response
REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION gaps_count_journeys();
CREATE TRIGGER stays BEFORE UPDATE OR DELETE ON gaps_response FOR EACH ROW EXECUTE FUNCTION gaps_stays();
CREATE TRIGGER stays BEFORE UPDATE OR DELETE ON gaps_analysis FOR EACH ROW EXECUTE FUNCTION gaps_stays();
"""
NOTHING = """
DROP TRIGGER stays ON gaps_analysis;
DROP TRIGGER stays ON gaps_response;
DROP TRIGGER count_again ON gaps_response;
DROP FUNCTION gaps_enter(text[], text, smallint[], smallint[], boolean, timestamptz);
DROP FUNCTION gaps_paper(text[]);
DROP FUNCTION gaps_answer(text[], text, smallint[], smallint[], boolean);
DROP FUNCTION gaps_take(bigint, text, smallint[], smallint[], boolean, timestamptz, bigint);
DROP FUNCTION gaps_call_her(bigint);
DROP FUNCTION gaps_questions(text[]);
DROP FUNCTION gaps_invited(text[], text);
DROP FUNCTION gaps_invite(bigint, text, text, boolean, timestamptz, uuid);
DROP FUNCTION gaps_may_ask(bigint);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("gaps", "0006_engagement"),
        ("access", "0013_asked_to_be_called"),
        ("pathways", "0029_messages_go_out"),
    ]
    operations = [migrations.RunSQL(MAY_ASK + ANSWER + ENTER + COUNTED, NOTHING)]
