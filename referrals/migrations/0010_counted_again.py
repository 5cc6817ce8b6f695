"""What became of appointments and referrals is counted: whoever they are of is put on the list of gaps (gaps 0002)."""

from django.db import migrations

COUNT = """
-- Appointments to which somebody came, or did until now.
CREATE FUNCTION referrals_count_attended() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO gaps_tocount (journey_id) SELECT DISTINCT journey_id FROM changed WHERE attended <> '';
    RETURN NULL;
END $$;
CREATE FUNCTION referrals_count_attended_anew() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO gaps_tocount (journey_id)
    SELECT DISTINCT n.journey_id FROM changed n JOIN before o ON o.id = n.id
    WHERE (n.attended <> '' OR o.attended <> '')
      AND (n.attended, n.state, n.during, n.session_id) IS DISTINCT FROM (o.attended, o.state, o.during, o.session_id);
    RETURN NULL;
END $$;
-- Whether there were several services that day: whoever came to one of them.
CREATE FUNCTION referrals_count_day() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO gaps_tocount (journey_id)
    SELECT DISTINCT a.journey_id FROM changed n
    JOIN referrals_session s ON s.clinic_id = n.clinic_id JOIN referrals_appointment a ON a.session_id = s.id
    WHERE a.attended <> '';
    RETURN NULL;
END $$;
CREATE FUNCTION referrals_count_day_anew() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO gaps_tocount (journey_id)
    SELECT DISTINCT a.journey_id FROM changed n JOIN before o ON o.id = n.id
    JOIN referrals_session s ON s.clinic_id IN (n.clinic_id, o.clinic_id)
    JOIN referrals_appointment a ON a.session_id = s.id
    WHERE a.attended <> ''
      AND (n.kind, n.clinic_id, n.cancelled_at IS NULL, n.took_place IS FALSE)
        IS DISTINCT FROM (o.kind, o.clinic_id, o.cancelled_at IS NULL, o.took_place IS FALSE);
    RETURN NULL;
END $$;
CREATE FUNCTION referrals_count_step() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO gaps_tocount (journey_id)
    SELECT DISTINCT r.journey_id FROM changed n JOIN referrals_referral r ON r.id = n.referral_id;
    RETURN NULL;
END $$;
CREATE TRIGGER count_again AFTER INSERT ON referrals_appointment
REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION referrals_count_attended();
CREATE TRIGGER count_less AFTER DELETE ON referrals_appointment
REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION referrals_count_attended();
CREATE TRIGGER count_moved AFTER UPDATE ON referrals_appointment
REFERENCING NEW TABLE AS changed OLD TABLE AS before FOR EACH STATEMENT EXECUTE FUNCTION referrals_count_attended_anew();
CREATE TRIGGER count_again AFTER INSERT ON referrals_session
REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION referrals_count_day();
CREATE TRIGGER count_less AFTER DELETE ON referrals_session
REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION referrals_count_day();
CREATE TRIGGER count_moved AFTER UPDATE ON referrals_session
REFERENCING NEW TABLE AS changed OLD TABLE AS before FOR EACH STATEMENT EXECUTE FUNCTION referrals_count_day_anew();
-- A step is never changed, and a referral is sent with its first one.
CREATE TRIGGER count_again AFTER INSERT ON referrals_referralstep
REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION referrals_count_step();
CREATE TRIGGER count_again AFTER INSERT ON referrals_treatmentoption
REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION gaps_count_journeys();
"""
LEAVE = """
DROP TRIGGER count_again ON referrals_treatmentoption;
DROP TRIGGER count_again ON referrals_referralstep;
DROP TRIGGER count_moved ON referrals_session;
DROP TRIGGER count_less ON referrals_session;
DROP TRIGGER count_again ON referrals_session;
DROP TRIGGER count_moved ON referrals_appointment;
DROP TRIGGER count_less ON referrals_appointment;
DROP TRIGGER count_again ON referrals_appointment;
DROP FUNCTION referrals_count_step(); DROP FUNCTION referrals_count_day_anew(); DROP FUNCTION referrals_count_day();
DROP FUNCTION referrals_count_attended_anew(); DROP FUNCTION referrals_count_attended();
"""
# What stands here already is counted once.
ALL = """
INSERT INTO gaps_tocount (journey_id) SELECT DISTINCT journey_id FROM referrals_appointment WHERE attended <> '';
INSERT INTO gaps_tocount (journey_id) SELECT DISTINCT journey_id FROM referrals_referral;
"""


class Migration(migrations.Migration):
    dependencies = [("referrals", "0009_calendar"), ("gaps", "0002_what_is_to_be_counted")]
    operations = [migrations.RunSQL(COUNT, LEAVE), migrations.RunSQL(ALL, migrations.RunSQL.noop)]
