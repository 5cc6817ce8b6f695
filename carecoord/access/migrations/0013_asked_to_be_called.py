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
    ("asks_call", "she asked to be called"),
]


class Migration(migrations.Migration):
    dependencies = [("access", "0012_a_woman_opened_for_one_transaction")]
    operations = [migrations.AlterField("notice", "key", models.CharField(max_length=14, choices=KEYS))]
