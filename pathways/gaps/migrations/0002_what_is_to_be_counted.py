"""Whatever changes what is counted of a pregnancy puts it on the list of those to be counted again."""

from django.db import migrations

# Statement by statement: one row a pregnancy, however many events were recorded at once.
NEW = "REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION"
COUNT = f"""
CREATE FUNCTION gaps_count_journeys() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO gaps_tocount (journey_id) SELECT DISTINCT journey_id FROM changed;
    RETURN NULL;
END $$;
CREATE FUNCTION gaps_count_corrected() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO gaps_tocount (journey_id)
    SELECT DISTINCT e.journey_id FROM changed JOIN pathways_event e ON e.id = changed.event_id;
    RETURN NULL;
END $$;
CREATE FUNCTION gaps_count_moved() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO gaps_tocount (journey_id)
    SELECT DISTINCT n.journey_id FROM changed n JOIN before o ON o.id = n.id
    WHERE (n.due_at, n.missed_at, n.ended_at, n.late_entry, CASE WHEN n.ended_at IS NOT NULL THEN n.state END)
        IS DISTINCT FROM (o.due_at, o.missed_at, o.ended_at, o.late_entry, CASE WHEN o.ended_at IS NOT NULL THEN o.state END);
    RETURN NULL;
END $$;
CREATE FUNCTION gaps_count_journey() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO gaps_tocount (journey_id)
    SELECT n.id FROM changed n JOIN before o ON o.id = n.id
    WHERE (n.site_id, n.entered_site_id, n.edd_at_entry, n.named_midwife_id, n.buddy_id)
        IS DISTINCT FROM (o.site_id, o.entered_site_id, o.edd_at_entry, o.named_midwife_id, o.buddy_id);
    RETURN NULL;
END $$;
CREATE TRIGGER count_again AFTER INSERT ON pathways_event {NEW} gaps_count_journeys();
CREATE TRIGGER count_again AFTER INSERT ON pathways_correction {NEW} gaps_count_corrected();
CREATE TRIGGER count_again AFTER INSERT ON pathways_handoff {NEW} gaps_count_journeys();
CREATE TRIGGER count_less AFTER DELETE ON pathways_handoff
REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION gaps_count_journeys();
CREATE TRIGGER count_moved AFTER UPDATE ON pathways_handoff
REFERENCING NEW TABLE AS changed OLD TABLE AS before FOR EACH STATEMENT EXECUTE FUNCTION gaps_count_moved();
CREATE TRIGGER count_moved AFTER UPDATE ON pathways_journey
REFERENCING NEW TABLE AS changed OLD TABLE AS before FOR EACH STATEMENT EXECUTE FUNCTION gaps_count_journey();
"""  # noqa: S608 - nothing but our own text
STAYS = """
CREATE FUNCTION gaps_stays() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'what was told stays as it was told' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER stays BEFORE UPDATE OR DELETE ON gaps_block FOR EACH ROW EXECUTE FUNCTION gaps_stays();
CREATE TRIGGER stays BEFORE UPDATE OR DELETE ON gaps_told FOR EACH ROW EXECUTE FUNCTION gaps_stays();
"""
MAY_CHANGE = """
DROP TRIGGER stays ON gaps_told;
DROP TRIGGER stays ON gaps_block;
DROP FUNCTION gaps_stays();
"""
# Everything that is here already is counted once.
ALL = "INSERT INTO gaps_tocount (journey_id) SELECT id FROM pathways_journey"
LEAVE = """
DROP TRIGGER count_moved ON pathways_journey;
DROP TRIGGER count_moved ON pathways_handoff;
DROP TRIGGER count_less ON pathways_handoff;
DROP TRIGGER count_again ON pathways_handoff;
DROP TRIGGER count_again ON pathways_correction;
DROP TRIGGER count_again ON pathways_event;
DROP FUNCTION gaps_count_journey(); DROP FUNCTION gaps_count_moved();
DROP FUNCTION gaps_count_corrected(); DROP FUNCTION gaps_count_journeys();
"""


class Migration(migrations.Migration):
    dependencies = [("gaps", "0001_initial"), ("pathways", "0029_messages_go_out")]

    operations = [
        migrations.RunSQL(COUNT, LEAVE),
        migrations.RunSQL(STAYS, MAY_CHANGE),
        migrations.RunSQL(ALL, "DELETE FROM gaps_tocount"),
    ]
