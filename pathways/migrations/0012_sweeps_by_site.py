"""Each handoff and open flag knows its site, so that sites are swept side by side. In batches, and without a long lock."""

import django.db.models.deletion
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models

BATCH = 20_000
OPEN = ["pending", "due_soon", "overdue", "missed"]

NOT_NULL = """
ALTER TABLE pathways_handoff ADD CONSTRAINT site_known CHECK (site_id IS NOT NULL) NOT VALID;
ALTER TABLE pathways_handoff VALIDATE CONSTRAINT site_known;
ALTER TABLE pathways_handoff ALTER COLUMN site_id SET NOT NULL;
ALTER TABLE pathways_handoff DROP CONSTRAINT site_known;
"""


def name_the_sites(apps, schema_editor):
    """Copy the site of the journey, some rows at a time."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM pathways_handoff")
        (last,) = cursor.fetchone()
        for first in range(0, last + 1, BATCH):
            cursor.execute(
                "UPDATE pathways_handoff h SET site_id = j.site_id FROM pathways_journey j "
                "WHERE j.id = h.journey_id AND h.site_id IS NULL AND h.id >= %s AND h.id < %s",
                [first, first + BATCH],
            )
        cursor.execute(
            "UPDATE pathways_flag f SET site_id = j.site_id, climbs_at = f.raised_at FROM pathways_journey j "
            "WHERE j.id = f.journey_id AND f.cleared_at IS NULL AND f.site_id IS NULL"
        )


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("pathways", "0011_offers_owners_alerts")]

    operations = [
        migrations.RunPython(name_the_sites, migrations.RunPython.noop),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(NOT_NULL, "ALTER TABLE pathways_handoff ALTER COLUMN site_id DROP NOT NULL")
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="handoff",
                    name="site",
                    field=models.ForeignKey(
                        db_index=False,
                        help_text="copy: where she is now",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="sites.site",
                    ),
                )
            ],
        ),
        AddIndexConcurrently(
            "handoff",
            models.Index(fields=["site", "warn_at"], condition=models.Q(state="pending"), name="sweep_site_warn"),
        ),
        AddIndexConcurrently(
            "handoff",
            models.Index(
                fields=["site", "due_at"],
                condition=models.Q(state__in=["pending", "due_soon"]),
                name="sweep_site_due",
            ),
        ),
        AddIndexConcurrently(
            "handoff",
            models.Index(
                fields=["site", "missed_at"],
                condition=models.Q(state__in=OPEN) & ~models.Q(state="missed"),
                name="sweep_site_missed",
            ),
        ),
        RemoveIndexConcurrently("handoff", "sweep_warn"),
        RemoveIndexConcurrently("handoff", "sweep_due"),
        RemoveIndexConcurrently("handoff", "sweep_missed"),
    ]
