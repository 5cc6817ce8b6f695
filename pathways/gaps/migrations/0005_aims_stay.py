"""An aim and a note stay as they were written: an aim is ended once, a note struck through once. A report stays too."""

from django.db import migrations

# What is written later, once.
LATER = {"gaps_aim": "ended_at,ended_by_id,ended_why", "gaps_changenote": "struck_at,struck_by_id"}
KEEP = """
CREATE FUNCTION gaps_kept_as_written() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE later text[] := string_to_array(TG_ARGV[0], ',');
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'what was written stays' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF to_jsonb(NEW) - later <> to_jsonb(OLD) - later OR to_jsonb(OLD) ->> later[1] IS NOT NULL THEN
        RAISE EXCEPTION 'what was written is not changed' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
""" + "\n".join(
    f"CREATE TRIGGER kept_as_written BEFORE UPDATE OR DELETE ON {table} "
    f"FOR EACH ROW EXECUTE FUNCTION gaps_kept_as_written('{columns}');"
    for table, columns in LATER.items()
)
KEEP += "CREATE TRIGGER stays BEFORE UPDATE OR DELETE ON gaps_quarter FOR EACH ROW EXECUTE FUNCTION gaps_stays();"
FREE = "DROP TRIGGER stays ON gaps_quarter;" + "".join(f"DROP TRIGGER kept_as_written ON {table};" for table in LATER) + "DROP FUNCTION gaps_kept_as_written();"


class Migration(migrations.Migration):
    dependencies = [("gaps", "0004_aims_and_notes")]

    operations = [migrations.RunSQL(KEEP, FREE)]
