"""PINs stand under a key from now on. Those that were hashed otherwise no longer unlock: their people set new ones."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("access", "0006_functions_of_openings")]

    operations = [
        migrations.RunSQL("DELETE FROM access_pin WHERE hashed LIKE '%$%'", migrations.RunSQL.noop),
    ]
