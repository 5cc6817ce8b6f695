"""What was written stays; a referral moves only as declared; an appointment lies in a session that takes place."""

from django.db import migrations

APPEND_ONLY = ("referralstep", "referralconsent", "treatmentoption", "herday")
KEEP = """
CREATE FUNCTION referrals_stays() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'what was written stays: write the next' USING ERRCODE = 'integrity_constraint_violation';
END $$;
""" + "\n".join(
    f"CREATE TRIGGER stays BEFORE UPDATE OR DELETE ON referrals_{table} "
    f"FOR EACH ROW EXECUTE FUNCTION referrals_stays();"
    for table in APPEND_ONLY
)

# The table of what may follow is written after every migrate (referrals/declared_steps.py).
STEPS = """
CREATE FUNCTION referrals_may_follow(before text, wanted text) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$ SELECT false $$;
CREATE FUNCTION referrals_only_declared_steps() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a referral is never deleted' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.state <> OLD.state AND NOT referrals_may_follow(OLD.state, NEW.state) THEN
        RAISE EXCEPTION 'a referral does not go from % to %', OLD.state, NEW.state
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER only_declared_steps BEFORE UPDATE OR DELETE ON referrals_referral
FOR EACH ROW EXECUTE FUNCTION referrals_only_declared_steps();
"""

# The row of the session is locked while a place of it is given, so that it cannot be cancelled in the same moment.
PLACES = """
CREATE FUNCTION referrals_appointment_lies_in_its_session() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE found record;
BEGIN
    IF NEW.woman_id <> (SELECT woman_id FROM pathways_journey WHERE id = NEW.journey_id) THEN
        RAISE EXCEPTION 'an appointment is of the woman whose journey it is' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.session_id IS NULL OR NEW.state = 'cancelled' THEN
        RETURN NEW;
    END IF;
    SELECT s.during, s.seats, s.cancelled_at INTO found FROM referrals_session s WHERE s.id = NEW.session_id FOR SHARE;
    IF found.cancelled_at IS NOT NULL OR NEW.seat > found.seats OR NOT NEW.during <@ found.during THEN
        RAISE EXCEPTION 'the session has no such place' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER appointment_lies_in_its_session
BEFORE INSERT OR UPDATE OF journey_id, woman_id, session_id, seat, during, state ON referrals_appointment
FOR EACH ROW EXECUTE FUNCTION referrals_appointment_lies_in_its_session();

CREATE FUNCTION referrals_session_keeps_its_appointments() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM referrals_appointment a WHERE a.session_id = NEW.id AND a.state <> 'cancelled'
        AND (NEW.cancelled_at IS NOT NULL OR a.seat > NEW.seats OR NOT a.during <@ NEW.during)
    ) THEN
        RAISE EXCEPTION 'somebody has a place in this session' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER session_keeps_its_appointments BEFORE UPDATE OF cancelled_at, seats, during ON referrals_session
FOR EACH ROW EXECUTE FUNCTION referrals_session_keeps_its_appointments();
"""
FREE = (
    "DROP TRIGGER session_keeps_its_appointments ON referrals_session;"
    "DROP FUNCTION referrals_session_keeps_its_appointments();"
    "DROP TRIGGER appointment_lies_in_its_session ON referrals_appointment;"
    "DROP FUNCTION referrals_appointment_lies_in_its_session();"
    "DROP TRIGGER only_declared_steps ON referrals_referral;"
    "DROP FUNCTION referrals_only_declared_steps(); DROP FUNCTION referrals_may_follow(text, text);"
    + "".join(f"DROP TRIGGER stays ON referrals_{table};" for table in APPEND_ONLY)
    + "DROP FUNCTION referrals_stays();"
)


class Migration(migrations.Migration):
    dependencies = [("referrals", "0001_initial")]

    operations = [migrations.RunSQL(KEEP + STEPS + PLACES, FREE)]
