"""What a link opens, with the owner's rights, since nobody is acting: what was shared, and the verb that answers.

Every function takes the hash of the token and those of the code under each key. Whatever the reason why a link opens
nothing, the answer is null; a wrong code is counted, which is to be committed.
"""

from django.db import migrations

# What a service reads of her. Pregnancy and birth are not told of after a loss. ``in_full``: her number too, or
# whatever else reaches her in the way she agreed to; where she is, never.
FACTS = """
-- How she is reached as she said it last. ``in_full``: with her number, or whatever else that one way needs.
CREATE FUNCTION referrals_reach(her bigint, in_full boolean) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH agreed AS (
        SELECT c.channel, c.days, c.safe_from, c.safe_until, c.hours, c.voicemail, c.still_safe, c.confirmed_on,
               c.recorded_at
        FROM pathways_safecontact c WHERE c.woman_id = her ORDER BY c.id DESC LIMIT 1
    ), newest AS (
        SELECT DISTINCT ON (d.kind) d.kind, d.value FROM pathways_contactdetail d
        WHERE d.woman_id = her ORDER BY d.kind, d.id DESC
    )
    SELECT to_jsonb(agreed) || jsonb_build_object('details', (
        SELECT coalesce(jsonb_object_agg(n.kind, n.value), '{}') FROM newest n
        WHERE in_full AND agreed.still_safe AND agreed.channel NOT IN ('', 'none') AND n.value <> '' AND n.kind IN (
            CASE WHEN agreed.channel IN ('text', 'call') THEN 'number' ELSE agreed.channel END, 'code_name', 'say')
    )) FROM agreed
$$;
REVOKE ALL ON FUNCTION referrals_reach(bigint, boolean) FROM PUBLIC;

-- What a service reads of her: these ``fields`` and nothing else. After a loss nothing speaks of a birth; where she is
-- is never told.
CREATE FUNCTION referrals_facts(of_journey bigint, fields text[], in_full boolean) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(jsonb_object_agg(fact.key, fact.told), '{}')
    FROM pathways_journey j JOIN pathways_woman w ON w.id = j.woman_id CROSS JOIN LATERAL (VALUES
        ('name', jsonb_build_object('first_name', w.first_name, 'last_name', w.last_name,
                                    'preferred_name', w.preferred_name, 'date_of_birth', w.date_of_birth)),
        ('reach', referrals_reach(w.id, in_full)),
        ('dates', jsonb_build_object('edd', j.edd, 'born', (j.born_at AT TIME ZONE 'Europe/London')::date)),
        ('needs', jsonb_build_object('interpreter', w.interpreter, 'children', (
            SELECT d.children FROM referrals_herday d WHERE d.journey_id = j.id ORDER BY d.id DESC LIMIT 1))),
        ('her_words', to_jsonb(w.what_matters)),
        ('midwife', jsonb_build_object(
            'name', (SELECT u.name FROM access_user u WHERE u.id = j.named_midwife_id),
            'team', (SELECT t.name FROM access_team t WHERE t.id = j.team_id),
            'site', (SELECT s.name FROM sites_site s WHERE s.id = j.site_id)))
    ) AS fact (key, told)
    WHERE j.id = of_journey AND fact.key = ANY (fields) AND (fact.key <> 'dates' OR j.stage <> 'bereavement')
$$;
REVOKE ALL ON FUNCTION referrals_facts(bigint, text[], boolean) FROM PUBLIC;

-- The same for whoever has her record open, without her number.
CREATE FUNCTION referrals_preview(of_journey bigint, fields text[]) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE her bigint := (SELECT j.woman_id FROM pathways_journey j WHERE j.id = of_journey);
BEGIN
    IF NOT (cc_is_product() OR cc_sees(her)) THEN
        RAISE insufficient_privilege USING MESSAGE = 'her record is not open to you';
    END IF;
    RETURN referrals_facts(of_journey, fields, false);
END $$;
"""

VOUCHED = """
-- What she last agreed to for a purpose, or what was decided without her.
CREATE FUNCTION referrals_agreed(of_referral bigint, what text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce((
        SELECT c.answer IN ('agreed', 'override') FROM referrals_referralconsent c
        WHERE c.referral_id = of_referral AND c.purpose = what ORDER BY c.id DESC LIMIT 1), false)
$$;
REVOKE ALL ON FUNCTION referrals_agreed(bigint, text) FROM PUBLIC;

-- Whether what a link was made for still waits for an answer, and may still be read. A loss ends every link that was
-- made before it was recorded; her death, also one that was only reported, and a closed journey end all of them.
CREATE FUNCTION referrals_link_holds(link referrals_referrallink) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM referrals_referral r
        JOIN referrals_service s ON s.id = r.service_id
        JOIN pathways_journey j ON j.id = r.journey_id
        WHERE r.id = link.referral_id AND r.state IN ('sent', 'acknowledged', 'waiting')
          AND s.ended_on IS NULL AND j.stage <> 'closed' AND referrals_agreed(r.id, 'share')
          AND NOT EXISTS (
              SELECT FROM pathways_event e JOIN pathways_journey hers ON hers.id = e.journey_id
              WHERE hers.woman_id = j.woman_id
                AND (e.kind = 'mother_died'
                     OR e.kind IN ('pregnancy_loss', 'baby_died') AND e.recorded_at >= link.made_at)
                AND NOT EXISTS (SELECT FROM pathways_correction c WHERE c.event_id = e.id))
          AND NOT EXISTS (
              SELECT FROM pathways_deathreport d JOIN pathways_journey hers ON hers.id = d.journey_id
              WHERE hers.woman_id = j.woman_id AND d.withdrawn_at IS NULL)
          AND NOT EXISTS (
              SELECT FROM access_conflict c WHERE c.woman_id = j.woman_id AND c.user_id = cc_user()))
$$;
REVOKE ALL ON FUNCTION referrals_link_holds(referrals_referrallink) FROM PUBLIC;

-- The link of that token and code, its row locked. Null: there is none, or it was used, ended or spent.
CREATE FUNCTION referrals_vouched(token bytea, codes bytea[]) RETURNS referrals_referrallink
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE link referrals_referrallink;
BEGIN
    SELECT * INTO link FROM referrals_referrallink l
    WHERE l.token_hash = token AND l.used_at IS NULL AND l.ended_at IS NULL AND l.expires_at > cc_now() AND l.tries < 5
    FOR UPDATE;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    IF link.code_hash <> ALL (codes) THEN
        UPDATE referrals_referrallink l SET tries = l.tries + 1 WHERE l.id = link.id;
        RETURN NULL;
    END IF;
    IF NOT referrals_link_holds(link) THEN
        RETURN NULL;
    END IF;
    RETURN link;
END $$;
REVOKE ALL ON FUNCTION referrals_vouched(bytea, bytea[]) FROM PUBLIC;
"""

READ = """
-- What was asked and what was shared, as it stands now. The look is written down.
CREATE FUNCTION referrals_read_link(token bytea, codes bytea[]) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    link referrals_referrallink := referrals_vouched(token, codes);
    referral referrals_referral;
    may_contact boolean;
BEGIN
    IF link.id IS NULL THEN
        RETURN NULL;
    END IF;
    UPDATE referrals_referrallink l SET opened_at = cc_now() WHERE l.id = link.id AND l.opened_at IS NULL;
    SELECT * INTO STRICT referral FROM referrals_referral r WHERE r.id = link.referral_id;
    may_contact := referrals_agreed(referral.id, 'contact');
    INSERT INTO audit_read (actor_id, page, purpose, women, labels)
    SELECT cc_user(), 'answer_link', 'link ' || link.id, ARRAY[j.woman_id],
           CASE WHEN may_contact AND 'reach' = ANY (referral.shared) THEN ARRAY['address'] ELSE '{}' END
    FROM pathways_journey j WHERE j.id = referral.journey_id;
    RETURN (
        SELECT jsonb_build_object(
            'asks', referral.asks, 'state', referral.state, 'answer_by', referral.answer_by, 'to_whom', link.to_whom,
            'service', s.name, 'from_team', t.name, 'from_site', here.name,
            'may_contact', may_contact, 'may_report', referrals_agreed(referral.id, 'report'),
            'facts', referrals_facts(
                referral.journey_id,
                CASE WHEN may_contact THEN referral.shared::text[] ELSE array_remove(referral.shared::text[], 'reach') END,
                true))
        FROM referrals_service s
        JOIN pathways_journey j ON j.id = referral.journey_id
        JOIN sites_site here ON here.id = j.site_id
        LEFT JOIN access_team t ON t.id = coalesce(referral.from_team_id, j.team_id)
        WHERE s.id = referral.service_id);
END $$;
"""

ANSWER = """
-- Opens her record until the transaction ends, for the verb that writes this one answer; one that is final spends the
-- link. Locks as every verb does, her journey first. ``answered``: this very form was taken before.
CREATE FUNCTION referrals_open_link(token bytea, codes bytea[], is_final boolean, form uuid)
RETURNS TABLE (referral bigint, to_whom text, answered boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    link referrals_referrallink;
    her bigint;
BEGIN
    SELECT j.woman_id INTO her
    FROM referrals_referrallink l
    JOIN referrals_referral r ON r.id = l.referral_id
    JOIN pathways_journey j ON j.id = r.journey_id
    WHERE l.token_hash = token FOR NO KEY UPDATE OF j;
    IF EXISTS (
        SELECT FROM referrals_referrallink l JOIN referrals_referralstep s ON s.referral_id = l.referral_id
        WHERE l.token_hash = token AND l.code_hash = ANY (codes) AND s.submission = form AND s.by_link
    ) THEN
        RETURN QUERY SELECT NULL::bigint, NULL::text, true;
        RETURN;
    END IF;
    link := referrals_vouched(token, codes);
    IF link.id IS NULL THEN
        RETURN;
    END IF;
    UPDATE referrals_referrallink l
    SET used_at = CASE WHEN is_final THEN cc_now() END, opened_at = coalesce(l.opened_at, cc_now())
    WHERE l.id = link.id;
    PERFORM set_config('app.woman', her::text, true);
    RETURN QUERY SELECT link.referral_id, link.to_whom::text, false;
END $$;
"""

NOTHING = """
DROP FUNCTION referrals_open_link(bytea, bytea[], boolean, uuid);
DROP FUNCTION referrals_read_link(bytea, bytea[]);
DROP FUNCTION referrals_vouched(bytea, bytea[]);
DROP FUNCTION referrals_link_holds(referrals_referrallink);
DROP FUNCTION referrals_agreed(bigint, text);
DROP FUNCTION referrals_preview(bigint, text[]);
DROP FUNCTION referrals_facts(bigint, text[], boolean);
DROP FUNCTION referrals_reach(bigint, boolean);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0007_letters"),
        ("access", "0012_a_woman_opened_for_one_transaction"),
        ("audit", "0003_what_the_web_may_ask"),
        ("pathways", "0028_separation"),
    ]
    operations = [migrations.RunSQL(FACTS + VOUCHED + READ + ANSWER, NOTHING)]
