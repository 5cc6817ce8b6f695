"""What led to her stage stands beside it, and the database refuses a stage to which no declared move leads.

The moves themselves are written into ``pathways_declared_move`` after every migrate (pathways/declared_moves.py), from
the engine's table; until then nothing moves. The columns have constant defaults: no row is written. Rows from before
get theirs with the next event, or from ``manage.py recompute``. The check holds for new rows: what was closed in free
words before stays as it was written.
"""

import django.db.models.deletion
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models

CLOSING_REASONS = ["completed", "moved_out", "withdrew", "opened_in_error"]
COPIES = "stage,stage_since,edd,born_at,last_contact_at,in_hospital,version"
MORE_COPIES = COPIES + ",stage_before,stage_by_id"

ONLY_DECLARED = """
CREATE FUNCTION pathways_declared_move(before text, fact text, stage text) RETURNS boolean
LANGUAGE sql IMMUTABLE AS 'SELECT false';
CREATE FUNCTION pathways_never_by_itself(fact text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';

CREATE FUNCTION pathways_only_declared_moves() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE fact text := (SELECT kind FROM pathways_event WHERE id = NEW.stage_by_id AND journey_id = NEW.id);
BEGIN
    IF fact IS NULL AND NEW.stage = '' THEN
        RETURN NEW;
    END IF;
    IF fact IS NULL OR NOT pathways_declared_move(NEW.stage_before, fact, NEW.stage) THEN
        RAISE EXCEPTION 'no declared move leads from "%" by "%" to "%"', NEW.stage_before, fact, NEW.stage
            USING ERRCODE = 'check_violation', CONSTRAINT = 'only_declared_moves';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER only_declared_moves BEFORE UPDATE ON pathways_journey FOR EACH ROW
    WHEN (NEW.stage IS DISTINCT FROM OLD.stage OR NEW.stage_before IS DISTINCT FROM OLD.stage_before
          OR NEW.stage_by_id IS DISTINCT FROM OLD.stage_by_id)
    EXECUTE FUNCTION pathways_only_declared_moves();
CREATE TRIGGER only_declared_moves_at_first BEFORE INSERT ON pathways_journey FOR EACH ROW
    WHEN (NEW.stage <> '' OR NEW.stage_by_id IS NOT NULL) EXECUTE FUNCTION pathways_only_declared_moves();

-- The worker carries out what was decided and decides nothing: separation, loss and closing are written down by people.
CREATE FUNCTION pathways_people_decide() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_user = 'cc_worker' AND NEW.source <> 'import' AND pathways_never_by_itself(NEW.kind) THEN
        RAISE EXCEPTION '"%" is for a person to record', NEW.kind
            USING ERRCODE = 'check_violation', CONSTRAINT = 'people_decide';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER people_decide BEFORE INSERT ON pathways_event FOR EACH ROW EXECUTE FUNCTION pathways_people_decide();
"""
ANY_STAGE = """
DROP TRIGGER people_decide ON pathways_event;
DROP FUNCTION pathways_people_decide();
DROP TRIGGER only_declared_moves_at_first ON pathways_journey;
DROP TRIGGER only_declared_moves ON pathways_journey;
DROP FUNCTION pathways_only_declared_moves();
DROP FUNCTION pathways_never_by_itself(text);
DROP FUNCTION pathways_declared_move(text, text, text);
"""


def _count_versions(copies: str) -> str:
    return f"""
    DROP TRIGGER count_version ON pathways_journey;
    CREATE TRIGGER count_version BEFORE UPDATE ON pathways_journey
        FOR EACH ROW EXECUTE FUNCTION pathways_count_version('{copies}');
    """


class Migration(migrations.Migration):
    dependencies = [("pathways", "0017_workload")]
    operations = [
        migrations.AddField(
            "journey",
            "stage_before",
            models.CharField(max_length=24, blank=True, default="", db_default="", editable=False),
        ),
        migrations.AddField(
            "journey",
            "stage_by",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                editable=False,
                db_index=False,
                to="pathways.event",
            ),
        ),
        migrations.RunSQL(_count_versions(MORE_COPIES), _count_versions(COPIES)),
        AddConstraintNotValid(
            "event",
            models.CheckConstraint(
                condition=~models.Q(kind="closed") | models.Q(details__reason__in=CLOSING_REASONS),
                name="closed_for_a_declared_reason",
            ),
        ),
        migrations.RunSQL(ONLY_DECLARED, ANY_STAGE),
    ]
