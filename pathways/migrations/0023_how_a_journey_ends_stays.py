"""What was said at the end of a journey stays as it was written; and managers read in whose word one was opened again."""

from django.db import migrations

TABLES = ("servicechoice", "outsidetry", "signoff", "closing", "reopening", "carriedhistory")
KEEP = "\n".join(
    f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON pathways_{table} "
    "FOR EACH ROW EXECUTE FUNCTION pathways_refuse_change();"
    for table in TABLES
)
FREE = "\n".join(f"DROP TRIGGER append_only ON pathways_{table};" for table in TABLES)

# Journeys that were opened again since then, for whoever runs the site. Staff and times, never a woman.
REOPENED = """
CREATE FUNCTION pathways_reopened(since timestamptz) RETURNS TABLE (at timestamptz, opened_by text, agreed_by text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT e.recorded_at, coalesce(nullif(o.name, ''), o.email), coalesce(nullif(a.name, ''), a.email)
    FROM pathways_reopening r
    JOIN pathways_event e ON e.id = r.event_id
    JOIN pathways_journey j ON j.id = r.journey_id
    JOIN access_user o ON o.id = r.opened_by_id
    JOIN access_user a ON a.id = r.agreed_by_id
    WHERE e.recorded_at >= since
      AND EXISTS (
          SELECT FROM access_membership m JOIN access_team mine ON mine.id = m.team_id
          WHERE m.user_id = cc_user() AND mine.id = ANY (cc_teams()) AND m.role = 'service_manager'
            AND mine.site_id = j.site_id
      )
    ORDER BY e.recorded_at DESC, r.id DESC
$$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("pathways", "0022_how_a_journey_ends"),
        ("access", "0006_functions_of_openings"),
    ]

    operations = [
        migrations.RunSQL(KEEP, FREE),
        migrations.RunSQL(REOPENED, "DROP FUNCTION pathways_reopened(timestamptz)"),
    ]
