"""What the database does by itself: writes changes down, stamps and queues each entry, refuses to alter any."""

from django.db import migrations

# The clock, the role and the transaction are the database's own words: nobody who adds an entry chooses them.
ENTRIES = """
CREATE FUNCTION audit_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.at := clock_timestamp();
    NEW.db_role := session_user;
    NEW.transaction := pg_current_xact_id()::text::bigint;
    RETURN NEW;
END $$;

CREATE FUNCTION audit_queue() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO audit_waiting (stream, entry_id, since) VALUES (TG_ARGV[0], NEW.id, NEW.at);
    RETURN NULL;
END $$;

CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: what was written down stays', TG_TABLE_NAME;
END $$;

CREATE TRIGGER audit_stamp BEFORE INSERT ON audit_change FOR EACH ROW EXECUTE FUNCTION audit_stamp();
CREATE TRIGGER audit_stamp BEFORE INSERT ON audit_read FOR EACH ROW EXECUTE FUNCTION audit_stamp();
CREATE TRIGGER audit_queue AFTER INSERT ON audit_change FOR EACH ROW EXECUTE FUNCTION audit_queue('change');
CREATE TRIGGER audit_queue AFTER INSERT ON audit_read FOR EACH ROW EXECUTE FUNCTION audit_queue('read');
"""
NO_ENTRIES = """
DROP TRIGGER audit_queue ON audit_read;
DROP TRIGGER audit_queue ON audit_change;
DROP TRIGGER audit_stamp ON audit_read;
DROP TRIGGER audit_stamp ON audit_change;
DROP FUNCTION audit_refuse();
DROP FUNCTION audit_queue();
DROP FUNCTION audit_stamp();
"""

KEPT = ("audit_change", "audit_read", "audit_seal", "audit_verification", "audit_lookedinto")
APPEND_ONLY = "\n".join(
    f"""
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
"""
    for table in KEPT
)
NOT_APPEND_ONLY = "\n".join(
    f"DROP TRIGGER never_emptied ON {table}; DROP TRIGGER append_only ON {table};" for table in KEPT
)

# A plain hash of a phone number is found by trying them all: the key is the owner's alone.
HASHES = """
CREATE TABLE audit_hash_key (key bytea NOT NULL);
REVOKE ALL ON audit_hash_key FROM PUBLIC;
INSERT INTO audit_hash_key SELECT sha256(string_agg(gen_random_uuid()::text, '')::bytea) FROM generate_series(1, 4);

CREATE FUNCTION audit_hashed(value jsonb) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN value IN ('null', '""') THEN value ELSE jsonb_build_object('hash', encode(
        sha256(key || sha256(key || convert_to(value::text, 'UTF8'))), 'hex')) END
    FROM audit_hash_key
$$;
"""
NO_HASHES = "DROP FUNCTION audit_hashed(jsonb); DROP TABLE audit_hash_key;"

# Arguments: the row's id column; the way to the woman; hashed columns; columns left out (see tables.py).
CHANGES = """
CREATE FUNCTION audit_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    way text[] := string_to_array(TG_ARGV[1], ',');
    hidden text[] := string_to_array(TG_ARGV[2], ',');
    unwatched text[] := string_to_array(TG_ARGV[3], ',');
    before jsonb;
    after jsonb;
    here jsonb;
    number bigint;
    woman bigint;
    name text;
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        INSERT INTO audit_change (actor_id, "table", op)
        VALUES (nullif(current_setting('app.user', true), '')::bigint, TG_TABLE_NAME, 'T');
        RETURN NULL;
    END IF;

    IF TG_OP <> 'INSERT' THEN before := to_jsonb(OLD) - unwatched; END IF;
    IF TG_OP <> 'DELETE' THEN after := to_jsonb(NEW) - unwatched; END IF;
    here := coalesce(after, before);
    number := (here ->> TG_ARGV[0])::bigint;

    IF cardinality(way) > 0 THEN
        woman := (here ->> way[1])::bigint;
        FOR step IN 2 .. cardinality(way) LOOP
            EXECUTE format('SELECT %I FROM %I WHERE id = $1', split_part(way[step], '.', 2), split_part(way[step], '.', 1))
            INTO woman USING woman;
        END LOOP;
    END IF;

    IF TG_OP = 'UPDATE' THEN
        SELECT jsonb_object_agg(was.key, was.value), jsonb_object_agg(was.key, becomes.value)
        INTO before, after
        FROM jsonb_each(before) AS was JOIN jsonb_each(after) AS becomes USING (key)
        WHERE was.value IS DISTINCT FROM becomes.value;
        IF before IS NULL THEN RETURN NULL; END IF;
    ELSE  -- what is empty goes without saying
        SELECT jsonb_object_agg(key, value) INTO here FROM jsonb_each(here) AS held WHERE value NOT IN ('null', '""');
        IF TG_OP = 'INSERT' THEN after := here; ELSE before := here; END IF;
    END IF;

    FOREACH name IN ARRAY hidden LOOP
        IF before ? name THEN before := jsonb_set(before, ARRAY[name], audit_hashed(before -> name)); END IF;
        IF after ? name THEN after := jsonb_set(after, ARRAY[name], audit_hashed(after -> name)); END IF;
    END LOOP;

    INSERT INTO audit_change (actor_id, "table", row_id, woman_id, op, old, new)
    VALUES (
        nullif(current_setting('app.user', true), '')::bigint, TG_TABLE_NAME, number, woman,
        left(TG_OP, 1), before, after
    );
    RETURN NULL;
END $$;
"""
NO_CHANGES = "DROP FUNCTION audit_change() CASCADE;"


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [
        migrations.RunSQL(ENTRIES, NO_ENTRIES),
        migrations.RunSQL(APPEND_ONLY, NOT_APPEND_ONLY),
        migrations.RunSQL(HASHES, NO_HASHES),
        migrations.RunSQL(CHANGES, NO_CHANGES),
    ]
