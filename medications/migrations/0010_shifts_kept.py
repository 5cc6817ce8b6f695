"""Handovers, her own medicine and feeding plans are kept as written; what was taken from her is counted by ward."""

from django.db import migrations

# May change besides being struck through: what is set once, from nothing.
TABLES = {
    "ownmedicine": "",
    "ownmedicinestep": "",
    "ownmedicinetaken": "event_id",
    "feedingplan": "midwife_id,midwife_at,consultant_id,consultant_at,agreed_at,replaced_at,shared_at,shared_by",
    "feedingadvice": "event_id,settled_by_id",
    "handedover": "",
}
KEEP = "".join(
    f"CREATE TRIGGER kept_as_written BEFORE UPDATE OR DELETE ON medications_{table} "
    f"FOR EACH ROW EXECUTE FUNCTION medications_kept_as_written('{columns}');"
    for table, columns in TABLES.items()
)
FREE = "".join(f"DROP TRIGGER kept_as_written ON medications_{table};" for table in TABLES)
HANDOVER = """
CREATE FUNCTION medications_handover_kept() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE later text[] := ARRAY['accepted_by_id', 'accepted_at', 'told_at'];
BEGIN
    IF TG_OP = 'DELETE' OR to_jsonb(NEW) - later <> to_jsonb(OLD) - later
       OR (OLD.accepted_at IS NOT NULL AND (NEW.accepted_at, NEW.accepted_by_id) IS DISTINCT FROM (OLD.accepted_at, OLD.accepted_by_id))
       OR (OLD.told_at IS NOT NULL AND NEW.told_at IS DISTINCT FROM OLD.told_at) THEN
        RAISE EXCEPTION 'a handover stays as it was signed' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER handover_kept BEFORE UPDATE OR DELETE ON medications_shifthandover
FOR EACH ROW EXECUTE FUNCTION medications_handover_kept();
"""
NO_HANDOVER = "DROP TRIGGER handover_kept ON medications_shifthandover; DROP FUNCTION medications_handover_kept();"
# For those who work at the ward's site. ``seen``: how many of them are of women who are open to the acting person.
TAKEN = """
CREATE FUNCTION medications_own_taken(of_ward bigint, since date) RETURNS TABLE (month date, number bigint, seen bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT date_trunc('month', t.happened_at AT TIME ZONE 'Europe/London')::date, count(*), count(*) FILTER (
        WHERE EXISTS (SELECT FROM access_my_grant mine WHERE mine.woman_id = j.woman_id)
    )
    FROM medications_ownmedicinetaken t JOIN pathways_journey j ON j.id = t.journey_id
    WHERE t.ward_id = of_ward AND t.struck_at IS NULL AND (t.happened_at AT TIME ZONE 'Europe/London')::date >= since
      AND (cc_is_product() OR EXISTS (
          SELECT FROM access_team ward JOIN access_team mine ON mine.site_id = ward.site_id
          WHERE ward.id = of_ward AND mine.id = ANY (cc_teams())
      ))
    GROUP BY 1 ORDER BY 1 DESC
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("medications", "0009_shifts")]

    operations = [
        migrations.RunSQL(KEEP, FREE),
        migrations.RunSQL(HANDOVER, NO_HANDOVER),
        migrations.RunSQL(TAKEN, "DROP FUNCTION medications_own_taken(bigint, date)"),
    ]
