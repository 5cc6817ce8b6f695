"""Versions are never changed; and where she is can be read in one way: through ``open_contact``, which writes it down."""

from django.db import migrations

TABLES = ("safecontact", "contactdetail", "address", "opening", "background")
REFUSE = "\n".join(
    f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON pathways_{table} "
    "FOR EACH ROW EXECUTE FUNCTION pathways_refuse_change();"
    for table in TABLES
)
ALLOW = "\n".join(f"DROP TRIGGER append_only ON pathways_{table};" for table in TABLES)

# The rows of a woman that hold now, cut to what the purpose needs; null for a form that has been used already.
OPEN = """
CREATE FUNCTION open_contact(whose bigint, why text, said text, form uuid) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    kinds text[] := CASE why
        WHEN 'call' THEN ARRAY['number', 'through', 'code_name', 'say', 'who_else', 'note']
        WHEN 'visit' THEN ARRAY['through', 'code_name', 'say', 'who_else', 'note']
        WHEN 'write' THEN ARRAY['email', 'code_name', 'who_else', 'note']
        ELSE ARRAY['number', 'email', 'through', 'code_name', 'say', 'who_else', 'note']
    END;
    today date := (cc_now() AT TIME ZONE 'Europe/London')::date;
    details jsonb;
    addresses jsonb;
    withheld integer;
    shown text;
BEGIN
    IF NOT cc_sees_label(whose, 'address') THEN
        RAISE insufficient_privilege USING MESSAGE = 'no such woman';
    END IF;
    SELECT coalesce(jsonb_object_agg(kind, value), '{}') INTO details FROM (
        SELECT DISTINCT ON (kind) kind, value FROM pathways_contactdetail
        WHERE woman_id = whose AND kind = ANY (kinds) ORDER BY kind, id DESC
    ) newest WHERE value <> '';
    SELECT coalesce(jsonb_agg(to_jsonb(place) - 'is_shown') FILTER (WHERE is_shown), '[]'),
           count(*) FILTER (WHERE NOT is_shown)
    INTO addresses, withheld FROM (
        SELECT kind, lines, postcode, begins_on, ends_on, protected, safe_to_visit, safe_to_write,
               CASE why
                   WHEN 'call' THEN false
                   WHEN 'visit' THEN safe_to_visit OR kind = 'none'
                   WHEN 'write' THEN safe_to_write OR kind = 'none'
                   ELSE true
               END AS is_shown
        FROM (
            SELECT DISTINCT ON (kind) * FROM pathways_address WHERE woman_id = whose ORDER BY kind, id DESC
        ) newest
        WHERE ends_on IS NULL OR ends_on >= today
        ORDER BY id DESC
    ) place;
    SELECT concat_ws(', ',
        (SELECT string_agg(key, ', ' ORDER BY key) FROM jsonb_object_keys(details) key),
        (SELECT string_agg('address: ' || (place ->> 'kind'), ', ') FROM jsonb_array_elements(addresses) place)
    ) INTO shown;
    INSERT INTO pathways_opening (woman_id, user_id, at, purpose, in_words, what, submission)
    VALUES (whose, cc_user(), cc_now(), why, said, left(shown, 120), form) ON CONFLICT (submission) DO NOTHING;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    RETURN jsonb_build_object(
        'details', details, 'addresses', addresses, 'withheld', CASE WHEN why = 'call' THEN 0 ELSE withheld END
    );
END $$;
"""

# Whether a letter may go to her, without telling where.
MAY_WRITE = """
CREATE FUNCTION has_address_to_write_to(whose bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT (cc_is_product() OR cc_sees(whose)) AND EXISTS (
        SELECT FROM (
            SELECT DISTINCT ON (kind) * FROM pathways_address WHERE woman_id = whose ORDER BY kind, id DESC
        ) newest
        WHERE safe_to_write AND lines <> ''
          AND (ends_on IS NULL OR ends_on >= (cc_now() AT TIME ZONE 'Europe/London')::date)
    )
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("pathways", "0005_contact")]
    operations = [
        migrations.RunSQL(REFUSE, ALLOW),
        migrations.RunSQL(OPEN, "DROP FUNCTION open_contact(bigint, text, text, uuid)"),
        migrations.RunSQL(MAY_WRITE, "DROP FUNCTION has_address_to_write_to(bigint)"),
    ]
