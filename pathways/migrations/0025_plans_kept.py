"""What was written of plans, needs and her own words stays; a plan counts only when two sides have signed it."""

from django.db import migrations

# May change: what is set once, from nothing.
TABLES = {
    "careplan": "agreed_at,ended_at",
    "plansignature": "",
    "plansent": "acknowledged_at,acknowledged_by_id,ended_at,messaged_at",
    "plancopy": "",
    "herwords": "ended_at,ended_by_id",
    "need": "",
    "needstep": "",
}
# Texts that are blank until then.
FILLED = {"plansent": "acknowledged_name", "herwords": "ended"}
KEEP = """
CREATE FUNCTION pathways_kept_as_written() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    set_once text[] := string_to_array(TG_ARGV[0], ',');
    filled text[] := string_to_array(TG_ARGV[1], ',');
    name text;
BEGIN
    IF TG_OP = 'DELETE' OR to_jsonb(NEW) - set_once - filled <> to_jsonb(OLD) - set_once - filled THEN
        RAISE EXCEPTION 'what was written stays' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    FOREACH name IN ARRAY set_once LOOP
        IF to_jsonb(OLD) -> name <> 'null'::jsonb AND to_jsonb(NEW) -> name <> to_jsonb(OLD) -> name THEN
            RAISE EXCEPTION 'it is said already' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END LOOP;
    FOREACH name IN ARRAY filled LOOP
        IF to_jsonb(OLD) ->> name <> '' AND to_jsonb(NEW) -> name <> to_jsonb(OLD) -> name THEN
            RAISE EXCEPTION 'it is said already' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END LOOP;
    RETURN NEW;
END $$;
""" + "\n".join(
    f"CREATE TRIGGER kept_as_written BEFORE UPDATE OR DELETE ON pathways_{table} "
    f"FOR EACH ROW EXECUTE FUNCTION pathways_kept_as_written('{columns}', '{FILLED.get(table, '')}');"
    for table, columns in TABLES.items()
)
FREE = "".join(f"DROP TRIGGER kept_as_written ON pathways_{table};" for table in TABLES) + (
    "DROP FUNCTION pathways_kept_as_written();"
)
SIGNED = """
CREATE FUNCTION pathways_plan_signed() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.agreed_at IS NOT NULL AND (SELECT count(*) FROM pathways_plansignature s WHERE s.plan_id = NEW.id) < 2 THEN
        RAISE EXCEPTION 'two sides sign a plan before it counts' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER plan_signed BEFORE INSERT OR UPDATE ON pathways_careplan
FOR EACH ROW EXECUTE FUNCTION pathways_plan_signed();
"""
UNSIGNED = "DROP TRIGGER plan_signed ON pathways_careplan; DROP FUNCTION pathways_plan_signed();"


class Migration(migrations.Migration):
    dependencies = [("pathways", "0024_plans")]

    operations = [migrations.RunSQL(KEEP, FREE), migrations.RunSQL(SIGNED, UNSIGNED)]
