"""What a seeded population has on the wards: a bed for each woman who is in hospital (`seed_scale`)."""

from __future__ import annotations

from django.db import connection

from pathways.scale.rows import Job

_STAYS = """
    INSERT INTO medications_stay (journey_id, ward_id, admission, bed, location, since)
    SELECT hers.id, ward.id, hers.admission, row_number() OVER (PARTITION BY ward.id ORDER BY hers.id), 'bed',
        hers.since
    FROM (
        SELECT j.id, j.site_id, count(*) AS admission, max(e.occurred_at) AS since
        FROM pathways_journey j JOIN pathways_event e ON e.journey_id = j.id AND e.kind = 'admitted'
        WHERE j.in_hospital AND j.id > %s GROUP BY j.id
    ) hers
    JOIN (
        SELECT site_id, min(id) AS id FROM access_team WHERE kind = 'ward' GROUP BY site_id
    ) ward ON ward.site_id = hers.site_id
"""


def add_stays(job: Job, processes: int) -> dict[str, int]:
    """Put each woman who is in hospital into a bed of her site's first ward."""
    with connection.cursor() as cursor:
        cursor.execute(_STAYS, [job.base["pathways_journey"]])
        return {"medications_stay": cursor.rowcount}
