"""How things stand, in numbers: counts past the wall, without an id and without a name."""

from django.db import migrations

RUNNING = """
CREATE FUNCTION cc_running(at timestamptz) RETURNS TABLE (name text, label text, value double precision)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT figure.name, site.code::text, figure.value
    FROM sites_site AS site
    CROSS JOIN LATERAL (
        SELECT run.started_at, run.finished_at FROM pathways_sweeprun AS run
        WHERE run.site_id = site.id AND run.finished_at IS NOT NULL
        ORDER BY run.finished_at DESC LIMIT 1
    ) AS last
    CROSS JOIN LATERAL (VALUES
        ('sweep_age_seconds', greatest(0, extract(epoch FROM at - last.finished_at))::double precision),
        ('sweep_duration_seconds', extract(epoch FROM last.finished_at - last.started_at)::double precision)
    ) AS figure (name, value)

    UNION ALL
    SELECT figure.name, '', figure.value
    FROM (
        SELECT count(*) AS number, min(message.not_before) AS since FROM delivery_message AS message
        WHERE message.state = 'waiting' AND message.not_before <= at
    ) AS waiting
    CROSS JOIN LATERAL (VALUES
        ('outbox_waiting', waiting.number::double precision),
        ('outbox_oldest_seconds', coalesce(extract(epoch FROM at - waiting.since), 0)::double precision)
    ) AS figure (name, value)

    UNION ALL
    SELECT 'outbox_failed', way.channel, count(message.id)::double precision
    FROM (VALUES ('email'), ('text'), ('webhook')) AS way (channel)
    LEFT JOIN delivery_message AS message
        ON message.channel = way.channel AND (message.state = 'failed' OR message.arrived = 'no') AND message.created_at > at - interval '7 days'
    GROUP BY way.channel
$$;
"""

CARE = """
CREATE FUNCTION cc_care(at timestamptz) RETURNS TABLE (name text, label text, value double precision)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT counted.name, counted.label, (CASE WHEN counted.number >= 8 THEN counted.number ELSE 0 END)::double precision
    FROM (
        SELECT 'handoffs' AS name, live.state AS label, count(handoff.state) AS number
        FROM (VALUES ('pending'), ('due_soon'), ('overdue'), ('missed')) AS live (state)
        LEFT JOIN (
            SELECT CASE WHEN open.missed_at <= at THEN 'missed' WHEN open.due_at <= at THEN 'overdue'
                        WHEN open.warn_at <= at THEN 'due_soon' ELSE 'pending' END AS state
            FROM pathways_handoff AS open WHERE open.state IN ('pending', 'due_soon', 'overdue', 'missed')
        ) AS handoff ON handoff.state = live.state
        GROUP BY live.state

        UNION ALL
        SELECT 'alerts_open', flag.rung::text, count(*) FROM pathways_flag AS flag
        WHERE flag.cleared_at IS NULL AND flag.rung IS NOT NULL
        GROUP BY flag.rung
    ) AS counted
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("delivery", "0001_initial"), ("pathways", "0012_sweeps_by_site"), ("sites", "0001_initial")]
    operations = [
        migrations.RunSQL(RUNNING, "DROP FUNCTION cc_running(timestamptz)"),
        migrations.RunSQL(CARE, "DROP FUNCTION cc_care(timestamptz)"),
    ]
