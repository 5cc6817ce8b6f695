"""What is sent to her stops in the transaction of what ends it, whoever records it; and what was said stays as it was."""

from django.db import migrations

KEPT = ("wordsofloss", "toldofbaby", "toldofdeath")
KEEP = "\n".join(
    f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON pathways_{table} "
    "FOR EACH ROW EXECUTE FUNCTION pathways_refuse_change();"
    for table in KEPT
)
FREE = "\n".join(f"DROP TRIGGER append_only ON pathways_{table};" for table in KEPT)

# Whoever queues a message takes the same lock first (pathways/contact.py), so none is queued in between. A file with
# many women takes none: whoever delivers asks again (pathways/reaching.py).
STOP = """
CREATE FUNCTION pathways_stop_messages() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE her bigint := (SELECT woman_id FROM pathways_journey WHERE id = NEW.journey_id);
BEGIN
    IF to_jsonb(NEW) ->> 'source' IS DISTINCT FROM 'import' THEN
        PERFORM pg_advisory_xact_lock(hashtextextended('contact ' || her, 0));
    END IF;
    UPDATE pathways_messagetoher SET recalled_at = cc_now()
    WHERE woman_id = her AND sent_at IS NULL AND recalled_at IS NULL AND (TG_ARGV[0] = 'everything' OR NOT own_care);
    RETURN NULL;
END $$;
CREATE TRIGGER stop_messages_about_a_baby AFTER INSERT ON pathways_event FOR EACH ROW
    WHEN (NEW.kind IN ('baby_died', 'pregnancy_loss', 'separated'))
    EXECUTE FUNCTION pathways_stop_messages('about a baby');
CREATE TRIGGER stop_all_messages AFTER INSERT ON pathways_event FOR EACH ROW
    WHEN (NEW.kind = 'mother_died') EXECUTE FUNCTION pathways_stop_messages('everything');
CREATE TRIGGER stop_all_messages AFTER INSERT ON pathways_deathreport FOR EACH ROW
    EXECUTE FUNCTION pathways_stop_messages('everything');
"""
GO_ON = """
DROP TRIGGER stop_all_messages ON pathways_deathreport;
DROP TRIGGER stop_all_messages ON pathways_event;
DROP TRIGGER stop_messages_about_a_baby ON pathways_event;
DROP FUNCTION pathways_stop_messages();
"""

# A report changes once: somebody else confirms it, or it is taken back. And no page records her death without one.
BY_TWO = """
CREATE FUNCTION pathways_report_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.confirmed_at IS NOT NULL OR OLD.withdrawn_at IS NOT NULL
       OR (NEW.journey_id, NEW.died_at, NEW.known_from, NEW.reported_at, NEW.reported_by_id)
          IS DISTINCT FROM (OLD.journey_id, OLD.died_at, OLD.known_from, OLD.reported_at, OLD.reported_by_id) THEN
        RAISE EXCEPTION '% is append-only: what was reported stays, and is answered once', TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER report_stays BEFORE UPDATE OR DELETE ON pathways_deathreport
    FOR EACH ROW EXECUTE FUNCTION pathways_report_stays();

CREATE FUNCTION pathways_confirmed_by_another() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM pathways_deathreport d JOIN pathways_journey j ON j.id = d.journey_id
        WHERE d.confirmed_at IS NOT NULL AND d.confirmed_by_id = NEW.recorded_by_id
          AND j.woman_id = (SELECT woman_id FROM pathways_journey WHERE id = NEW.journey_id)
    ) THEN
        RAISE EXCEPTION 'a second person confirms it first'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'her_death_is_confirmed_first';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER confirmed_by_another BEFORE INSERT ON pathways_event FOR EACH ROW
    WHEN (NEW.kind = 'mother_died' AND NEW.source <> 'import' AND current_user = 'cc_app')
    EXECUTE FUNCTION pathways_confirmed_by_another();
"""
BY_ONE = """
DROP TRIGGER confirmed_by_another ON pathways_event;
DROP FUNCTION pathways_confirmed_by_another();
DROP TRIGGER report_stays ON pathways_deathreport;
DROP FUNCTION pathways_report_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("pathways", "0020_losses")]
    operations = [
        migrations.RunSQL(KEEP, FREE),
        migrations.RunSQL(STOP, GO_ON),
        migrations.RunSQL(BY_TWO, BY_ONE),
    ]
