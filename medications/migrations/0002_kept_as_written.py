"""What was written stays: a row is struck through once, and nothing else of it changes."""

from django.db import migrations

# May change besides: what is set once, from nothing.
TABLES = {"statement": "", "call": "", "decision": "", "dose": "released_by_id,event_id"}
KEEP = """
CREATE FUNCTION medications_kept_as_written() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    striking text[] := ARRAY['struck_at', 'struck_by_id', 'struck_reason'];
    set_once text[] := string_to_array(TG_ARGV[0], ',');
    name text;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'what was written stays' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF to_jsonb(NEW) - striking - set_once <> to_jsonb(OLD) - striking - set_once THEN
        RAISE EXCEPTION 'what was written is not changed: strike it through' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.struck_at IS NOT NULL AND to_jsonb(NEW) <> to_jsonb(OLD) THEN
        RAISE EXCEPTION 'it is struck through already' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    FOREACH name IN ARRAY set_once LOOP
        IF to_jsonb(OLD) -> name <> 'null'::jsonb AND to_jsonb(NEW) -> name <> to_jsonb(OLD) -> name THEN
            RAISE EXCEPTION 'it is said already' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END LOOP;
    RETURN NEW;
END $$;
""" + "\n".join(
    f"CREATE TRIGGER kept_as_written BEFORE UPDATE OR DELETE ON medications_{table} "
    f"FOR EACH ROW EXECUTE FUNCTION medications_kept_as_written('{columns}');"
    for table, columns in TABLES.items()
)
# A plan's version says what was prescribed; only whether it counts, and why not, is written later.
PLAN = """
CREATE FUNCTION medications_plan_kept() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE ending text[] := ARRAY['status', 'valid', 'reason', 'ended_by_id'];
BEGIN
    IF TG_OP = 'DELETE' OR OLD.status <> 'active' OR to_jsonb(NEW) - ending <> to_jsonb(OLD) - ending
       OR lower(NEW.valid) <> lower(OLD.valid) THEN
        RAISE EXCEPTION 'a version of a plan is not changed: write the next' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER plan_kept BEFORE UPDATE OR DELETE ON medications_plan
FOR EACH ROW EXECUTE FUNCTION medications_plan_kept();
"""
FREE = "DROP TRIGGER plan_kept ON medications_plan; DROP FUNCTION medications_plan_kept();" + "".join(
    f"DROP TRIGGER kept_as_written ON medications_{table};" for table in TABLES
) + "DROP FUNCTION medications_kept_as_written();"


class Migration(migrations.Migration):
    dependencies = [("medications", "0001_ward_medicine")]

    operations = [migrations.RunSQL(KEEP + PLAN, FREE)]
