"""The index of what the sweep clears, made beside whoever works."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("pathways", "0030_a_flag_that_is_over")]
    operations = [
        AddIndexConcurrently(
            "flag",
            models.Index(
                fields=["site"], condition=models.Q(cleared_at=None, is_over=True), name="flags_that_are_over"
            ),
        ),
    ]
