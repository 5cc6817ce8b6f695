"""Events are never changed and never deleted, whoever asks and by whatever way."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION pathways_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: mark a wrong entry as entered in error', TG_TABLE_NAME;
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON pathways_event
    FOR EACH ROW EXECUTE FUNCTION pathways_refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON pathways_correction
    FOR EACH ROW EXECUTE FUNCTION pathways_refuse_change();
"""

ALLOW = """
DROP TRIGGER append_only ON pathways_correction;
DROP TRIGGER append_only ON pathways_event;
DROP FUNCTION pathways_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("pathways", "0001_initial")]
    operations = [migrations.RunSQL(REFUSE, ALLOW)]
