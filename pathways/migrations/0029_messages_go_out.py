"""Messages to her leave: how often it was tried, and where one message goes, asked for by the worker alone."""

from django.db import migrations, models

WAY = """
-- Where a message that waits is to go: her number or her e-mail address, as it was recorded last. The worker's alone.
CREATE FUNCTION pathways_way_to_her(which bigint) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT cc_is_product() THEN
        RAISE insufficient_privilege USING MESSAGE = 'the worker asks this';
    END IF;
    RETURN (
        SELECT d.value FROM pathways_messagetoher m
        JOIN pathways_contactdetail d ON d.woman_id = m.woman_id
            AND d.kind = CASE m.channel WHEN 'text' THEN 'number' WHEN 'email' THEN 'email' END
        WHERE m.id = which AND m.sent_at IS NULL AND m.recalled_at IS NULL
        ORDER BY d.id DESC LIMIT 1
    );
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("pathways", "0028_separation")]

    operations = [
        migrations.AddField(
            "messagetoher",
            "attempts",
            models.PositiveSmallIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddField("messagetoher", "next_try_at", models.DateTimeField(editable=False, null=True)),
        migrations.AddField(
            "messagetoher",
            "problem",
            models.CharField(blank=True, db_default="", default="", editable=False, max_length=20),
        ),
        migrations.RunSQL(WAY, "DROP FUNCTION pathways_way_to_her(bigint)"),
    ]
