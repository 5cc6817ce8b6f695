"""A version on what several people edit, counted by the database; and what a form said, beside its submission.

All new columns have a constant default: PostgreSQL writes no row for them.
"""

from django.db import migrations, models

WORKED_OUT = {
    "woman": "search_key,sort_key,matched_at,submission,fingerprint,version",
    "journey": "stage,stage_since,edd,born_at,last_contact_at,in_hospital,version",
}
COUNT = """
-- Counts every change of a column that is not named in its argument, whoever makes it and by whatever way. Nobody else
-- sets the number.
CREATE FUNCTION pathways_count_version() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE worked_out text[] := string_to_array(TG_ARGV[0], ',');
BEGIN
    NEW.version := OLD.version;
    IF to_jsonb(NEW) - worked_out IS DISTINCT FROM to_jsonb(OLD) - worked_out THEN
        NEW.version := OLD.version + 1;
    END IF;
    RETURN NEW;
END $$;
""" + "\n".join(
    f"CREATE TRIGGER count_version BEFORE UPDATE ON pathways_{table} "
    f"FOR EACH ROW EXECUTE FUNCTION pathways_count_version('{columns}');"
    for table, columns in WORKED_OUT.items()
)
# Names of columns, who and when, and no values: the page shows what stands in the record itself.
WHO = """
CREATE FUNCTION pathways_changed_since(which text, this_row bigint, her bigint, since integer)
RETURNS TABLE (field text, actor bigint, at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT ON (changed.field) changed.field, entry.actor_id, entry.at
    FROM audit_change AS entry CROSS JOIN LATERAL jsonb_object_keys(entry.new) AS changed(field)
    WHERE cc_sees(her) AND entry.woman_id = her AND entry."table" = which AND entry.row_id = this_row
      AND which IN ('pathways_woman', 'pathways_journey') AND entry.op = 'U'
      AND (entry.new ->> 'version')::integer > since AND changed.field <> 'version'
    ORDER BY changed.field, entry.id DESC
$$;

CREATE FUNCTION pathways_written(which text, this_row bigint, her bigint) RETURNS TABLE (actor bigint, at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT entry.actor_id, entry.at FROM audit_change AS entry
    WHERE cc_sees(her) AND entry.woman_id = her AND entry."table" = which AND entry.row_id = this_row
      AND which = 'pathways_address' AND entry.op = 'I'
$$;
"""
NOTHING = """
DROP FUNCTION pathways_written(text, bigint, bigint);
DROP FUNCTION pathways_changed_since(text, bigint, bigint, integer);
DROP TRIGGER count_version ON pathways_journey;
DROP TRIGGER count_version ON pathways_woman;
DROP FUNCTION pathways_count_version();
"""


def _version() -> models.PositiveIntegerField:
    return models.PositiveIntegerField(default=1, db_default=1, editable=False)


def _fingerprint(help_text: str = "") -> models.CharField:
    return models.CharField(
        max_length=64, blank=True, default="", db_default="", editable=False, help_text=help_text
    )


class Migration(migrations.Migration):
    dependencies = [("pathways", "0013_an_answer_stays"), ("audit", "0003_what_the_web_may_ask")]
    operations = [
        migrations.AddField("woman", "version", _version()),
        migrations.AddField("journey", "version", _version()),
        migrations.AddField("woman", "fingerprint", _fingerprint()),
        migrations.AddField("event", "fingerprint", _fingerprint("Of what that form said")),
        migrations.RunSQL(COUNT + WHO, NOTHING),
    ]
