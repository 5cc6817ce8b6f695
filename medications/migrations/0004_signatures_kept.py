"""Signatures and safety reports are kept as written too; a dose is struck through by two."""

from django.db import migrations


def kept(table: str, set_once: str) -> str:
    return (
        f"CREATE OR REPLACE TRIGGER kept_as_written BEFORE UPDATE OR DELETE ON medications_{table} "
        f"FOR EACH ROW EXECUTE FUNCTION medications_kept_as_written('{set_once}');"
    )


class Migration(migrations.Migration):
    dependencies = [("medications", "0003_signatures")]

    operations = [
        migrations.RunSQL(
            kept("dose", "released_by_id,event_id,struck_with_id")
            + kept("signing", "dose_id")
            + kept("safetyreport", "told_at"),
            kept("dose", "released_by_id,event_id")
            + "DROP TRIGGER kept_as_written ON medications_signing;"
            + "DROP TRIGGER kept_as_written ON medications_safetyreport;",
        )
    ]
