"""What she says made it later that she came, and what she was offered near her baby, is counted as well."""

from django.db import migrations

COUNT = """
CREATE TRIGGER count_again AFTER INSERT ON pathways_latereason
REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION gaps_count_journeys();
CREATE TRIGGER count_again AFTER INSERT ON pathways_stayoffer
REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION gaps_count_journeys();
"""
LEAVE = """
DROP TRIGGER count_again ON pathways_stayoffer;
DROP TRIGGER count_again ON pathways_latereason;
"""


class Migration(migrations.Migration):
    dependencies = [("gaps", "0002_what_is_to_be_counted"), ("pathways", "0029_messages_go_out")]
    operations = [migrations.RunSQL(COUNT, LEAVE)]
