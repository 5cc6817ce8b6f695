"""A stay ends with the admission, whoever records its end and in whatever way; and how many women a site expects."""

from django.db import migrations

END = """
-- Past the wall: whoever records that she went home need not be the one who may see the ward's beds.
CREATE FUNCTION medications_end_stay() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE medications_stay SET until = greatest(since, cc_now()) WHERE journey_id = NEW.id AND until IS NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER stay_ends_with_admission AFTER UPDATE OF in_hospital ON pathways_journey
FOR EACH ROW WHEN (OLD.in_hospital AND NOT NEW.in_hospital) EXECUTE FUNCTION medications_end_stay();
"""
# A number alone, for those who prepare the ward and may not see these women; without whom the asker must never see.
EXPECTED = """
CREATE FUNCTION medications_expected(of_site bigint, first date, last date) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT count(DISTINCT j.woman_id) FROM pathways_journey j
    WHERE j.site_id = of_site AND j.stage IN ('', 'booking', 'antenatal') AND j.born_at IS NULL AND NOT j.in_hospital
      AND j.edd BETWEEN first AND last
      AND EXISTS (SELECT FROM access_team t WHERE t.site_id = of_site AND t.id = ANY (cc_teams()))
      AND NOT EXISTS (SELECT FROM access_conflict c WHERE c.woman_id = j.woman_id AND c.user_id = cc_user())
$$;
"""
LEAVE = "DROP FUNCTION medications_expected(bigint, date, date); DROP TRIGGER stay_ends_with_admission ON pathways_journey; DROP FUNCTION medications_end_stay();"


class Migration(migrations.Migration):
    dependencies = [("medications", "0004_signatures_kept")]

    operations = [migrations.RunSQL(END + EXPECTED, LEAVE)]
