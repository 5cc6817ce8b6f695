"""What becomes of an appointment, and of the sessions of that day, counts in the numbers about sites."""

from django.db import migrations

# Only what somebody came to is counted: of all other changes nothing follows.
COUNT = """
CREATE FUNCTION referrals_count_appointments() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO gaps_tocount (journey_id)
    SELECT DISTINCT n.journey_id FROM changed n JOIN before o ON o.id = n.id
    WHERE (n.attended, n.during, n.session_id) IS DISTINCT FROM (o.attended, o.during, o.session_id);
    RETURN NULL;
END $$;
CREATE FUNCTION referrals_count_new_appointments() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO gaps_tocount (journey_id) SELECT DISTINCT journey_id FROM changed WHERE attended <> '';
    RETURN NULL;
END $$;
CREATE FUNCTION referrals_count_sessions() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO gaps_tocount (journey_id)
    SELECT DISTINCT a.journey_id FROM changed
    JOIN referrals_session s ON s.clinic_id = changed.clinic_id
    JOIN referrals_appointment a ON a.session_id = s.id
    WHERE a.attended <> '';
    RETURN NULL;
END $$;
CREATE TRIGGER count_attended AFTER UPDATE ON referrals_appointment
REFERENCING NEW TABLE AS changed OLD TABLE AS before
FOR EACH STATEMENT EXECUTE FUNCTION referrals_count_appointments();
CREATE TRIGGER count_new AFTER INSERT ON referrals_appointment
REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION referrals_count_new_appointments();
CREATE TRIGGER count_gone AFTER DELETE ON referrals_appointment
REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION referrals_count_new_appointments();
CREATE TRIGGER count_changed AFTER UPDATE ON referrals_session
REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION referrals_count_sessions();
CREATE TRIGGER count_new AFTER INSERT ON referrals_session
REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION referrals_count_sessions();
CREATE TRIGGER count_gone AFTER DELETE ON referrals_session
REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION referrals_count_sessions();
"""
LEAVE = """
DROP TRIGGER count_gone ON referrals_session;
DROP TRIGGER count_new ON referrals_session;
DROP TRIGGER count_changed ON referrals_session;
DROP TRIGGER count_gone ON referrals_appointment;
DROP TRIGGER count_new ON referrals_appointment;
DROP TRIGGER count_attended ON referrals_appointment;
DROP FUNCTION referrals_count_sessions();
DROP FUNCTION referrals_count_new_appointments();
DROP FUNCTION referrals_count_appointments();
"""
# What was attended before this is counted once.
ALL = "INSERT INTO gaps_tocount (journey_id) SELECT DISTINCT journey_id FROM referrals_appointment WHERE attended <> ''"


class Migration(migrations.Migration):
    dependencies = [("gaps", "0002_what_is_to_be_counted"), ("referrals", "0009_calendar")]

    operations = [migrations.RunSQL(COUNT, LEAVE), migrations.RunSQL(ALL, migrations.RunSQL.noop)]
