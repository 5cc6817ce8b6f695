"""An answered offer says what was said: nobody changes it. It may only lose its handoff's row, as flags do."""

from django.db import migrations

KEEP = """
CREATE FUNCTION pathways_offer_stays() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF OLD.state <> 'offered' AND NOT (OLD.state = 'accepted' AND NEW.state = 'withdrawn')
       AND to_jsonb(NEW) - 'handoff_id' <> to_jsonb(OLD) - 'handoff_id' THEN
        RAISE EXCEPTION 'an answered offer is not changed' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER offer_stays BEFORE UPDATE ON pathways_offer FOR EACH ROW EXECUTE FUNCTION pathways_offer_stays();
"""
CHANGE = "DROP TRIGGER offer_stays ON pathways_offer; DROP FUNCTION pathways_offer_stays();"


class Migration(migrations.Migration):
    dependencies = [("pathways", "0012_sweeps_by_site")]

    operations = [migrations.RunSQL(KEEP, CHANGE)]
