"""Privacy officers are told where something was shared without her agreement."""

from django.db import migrations, models

KEYS = [
    ("claimed", "somebody said that they care for her"),
    ("unsealed", "a sealed record was opened"),
    ("conflict", "somebody was named who must never see her"),
    ("conflict_ended", "that was taken back"),
    ("seal", "a record was sealed"),
    ("seal_ended", "a seal was taken off"),
    ("same_person", "she is here twice"),
    ("death_reported", "her death was reported"),
    ("overridden", "something was shared without her agreement"),
]


class Migration(migrations.Migration):
    dependencies = [("access", "0010_a_reported_death")]
    operations = [migrations.AlterField("notice", "key", models.CharField(max_length=14, choices=KEYS))]
