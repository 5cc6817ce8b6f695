"""A flag says by itself that its handoff is late no more, so that the sweep need not ask each open flag every minute."""

from django.db import migrations, models

# Only one way: a handoff that is late again keeps the mark, and the sweep looks at the handoff before it clears.
MARK = """
CREATE FUNCTION pathways_flag_is_over() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE pathways_flag SET is_over = true WHERE handoff_id = NEW.id AND cleared_at IS NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER flag_is_over AFTER UPDATE OF state ON pathways_handoff FOR EACH ROW
    WHEN (OLD.state IN ('overdue', 'missed') AND NEW.state NOT IN ('overdue', 'missed'))
    EXECUTE FUNCTION pathways_flag_is_over();
"""
NO_MARK = """
DROP TRIGGER flag_is_over ON pathways_handoff;
DROP FUNCTION pathways_flag_is_over();
"""
# Those that were left open before there was a mark: what each sweep used to look for, once.
BEFORE = """
UPDATE pathways_flag AS flag SET is_over = true FROM pathways_handoff AS handoff
WHERE flag.cleared_at IS NULL AND handoff.id = flag.handoff_id AND handoff.state NOT IN ('overdue', 'missed');
"""


class Migration(migrations.Migration):
    dependencies = [("pathways", "0029_messages_go_out")]
    operations = [
        migrations.AddField("flag", "is_over", models.BooleanField(default=False, db_default=False)),
        migrations.RunSQL(MARK, NO_MARK),
        migrations.RunSQL(BEFORE, migrations.RunSQL.noop),
    ]
