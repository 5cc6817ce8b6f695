"""What was written of observations and of going home stays: a row is struck through once, and nothing else changes."""

from django.db import migrations

TABLES = ("observationplan", "observation", "observationstep", "leavingentry", "communitydose")
KEEP = "\n".join(
    f"CREATE TRIGGER kept_as_written BEFORE UPDATE OR DELETE ON medications_{table} "
    f"FOR EACH ROW EXECUTE FUNCTION medications_kept_as_written('');"
    for table in TABLES
)
FREE = "\n".join(f"DROP TRIGGER kept_as_written ON medications_{table};" for table in TABLES)


class Migration(migrations.Migration):
    dependencies = [("medications", "0007_leaving")]

    operations = [migrations.RunSQL(KEEP, FREE)]
