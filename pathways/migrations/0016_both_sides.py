"""Who of a team is to answer; what ended meanwhile; and an answered offer may still say that she was told.

The managers of both sites are told of a refused move by a function: who may see no woman may still know that there
is something to talk about.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

# An answer stays as it was given. What may still come: its handoff's row goes, it is taken back after it was accepted,
# somebody reminds, somebody is messaged, and she is told after all.
KEEP = """
CREATE OR REPLACE FUNCTION pathways_offer_stays() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE movable text[] := ARRAY['handoff_id', 'reminded_at', 'messaged_at'];
BEGIN
    IF OLD.told = 'not_yet' AND NEW.told = 'yes' THEN
        movable := movable || ARRAY['told', 'told_words', 'told_by'];
    END IF;
    IF OLD.state <> 'offered' AND NOT (OLD.state = 'accepted' AND NEW.state = 'withdrawn')
       AND to_jsonb(NEW) - movable <> to_jsonb(OLD) - movable THEN
        RAISE EXCEPTION 'an answered offer is not changed' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
"""
AS_BEFORE = """
CREATE OR REPLACE FUNCTION pathways_offer_stays() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF OLD.state <> 'offered' AND NOT (OLD.state = 'accepted' AND NEW.state = 'withdrawn')
       AND to_jsonb(NEW) - 'handoff_id' <> to_jsonb(OLD) - 'handoff_id' THEN
        RAISE EXCEPTION 'an answered offer is not changed' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
"""

# Moves that were refused since then, for whoever runs either of the two sites. Staff and sites, never a woman.
REFUSED_MOVES = """
CREATE FUNCTION pathways_refused_moves(since timestamptz) RETURNS TABLE
    (answered_at timestamptz, from_site text, to_site text, decline text, keeps_her text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT o.answered_at, coming.name, going.name, o.decline, coalesce(nullif(u.name, ''), u.email)
    FROM pathways_offer o
    JOIN access_team f ON f.id = o.from_team_id JOIN sites_site coming ON coming.id = f.site_id
    JOIN access_team t ON t.id = o.to_team_id JOIN sites_site going ON going.id = t.site_id
    JOIN access_user u ON u.id = o.offered_by_id
    WHERE o.state = 'declined' AND f.site_id <> t.site_id AND o.answered_at >= since
      AND EXISTS (
          SELECT FROM access_membership m JOIN access_team mine ON mine.id = m.team_id
          WHERE m.user_id = cc_user() AND mine.id = ANY (cc_teams()) AND m.role = 'service_manager'
            AND mine.site_id IN (f.site_id, t.site_id)
      )
    ORDER BY o.answered_at DESC, o.id DESC
$$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("pathways", "0015_functions_of_alerts"),
        ("access", "0006_functions_of_openings"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            "offer",
            "meant_for",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            "offer",
            "messaged_at",
            models.DateTimeField(null=True, help_text="when the side whose turn it is was sent a message"),
        ),
        migrations.AddIndex(
            "offer", models.Index(fields=["id"], condition=Q(messaged_at=None), name="offers_to_tell_of")
        ),
        migrations.RemoveConstraint("offer", "an_answer_has_its_person_and_time"),
        migrations.AddConstraint(
            "offer",
            models.CheckConstraint(
                condition=Q(state="offered", answered_at=None, answered_by=None)
                | Q(state__in=["accepted", "declined"], answered_at__isnull=False, answered_by__isnull=False)
                | Q(state="withdrawn", answered_at__isnull=False),
                name="an_answer_has_its_person_and_time",
            ),
        ),
        migrations.RunSQL(KEEP, AS_BEFORE),
        migrations.RunSQL(REFUSED_MOVES, "DROP FUNCTION pathways_refused_moves(timestamptz)"),
    ]
