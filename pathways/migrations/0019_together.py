"""Staying together: offers of a place with her baby, how she left hospital, placements; and how often there was none.

The rows are never changed. How often is counted for those who run the wards, by the rule for small numbers.
"""

import datetime

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

import carecoord.clock

TABLES = ("stayoffer", "departure", "placement")
REFUSE = "\n".join(
    f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON pathways_{table} "
    "FOR EACH ROW EXECUTE FUNCTION pathways_refuse_change();"
    for table in TABLES
)
ALLOW = "\n".join(f"DROP TRIGGER append_only ON pathways_{table};" for table in TABLES)
# Babies, each once a line, at one of the acting person's sites: what came of asking for a place with the mother. The
# lines are told without a sum, so that none that is withheld can be worked out from the others.
COUNTED = """
CREATE FUNCTION pathways_staying_together(of_site bigint, since date) RETURNS TABLE (line text, babies bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH told AS (
        SELECT CASE WHEN s.offer = 'not_available' THEN s.because ELSE s.choice END AS line, s.journey_id, s.baby
        FROM pathways_stayoffer s
        WHERE s.site_id = of_site AND s.offered_at >= since::timestamp AT TIME ZONE 'Europe/London'
        UNION ALL
        SELECT 'went_before', d.journey_id, left_behind.baby
        FROM pathways_departure d
        JOIN pathways_event e ON e.id = d.event_id
        CROSS JOIN LATERAL unnest(d.staying) AS left_behind(baby)
        WHERE d.site_id = of_site AND e.occurred_at >= since::timestamp AT TIME ZONE 'Europe/London'
          AND NOT EXISTS (SELECT FROM pathways_correction c WHERE c.event_id = e.id)
    )
    SELECT told.line,
           pathways_may_show(
               count(DISTINCT (told.journey_id, told.baby)), count(DISTINCT journey.woman_id),
               bool_and(EXISTS (SELECT FROM access_my_grant g WHERE g.woman_id = journey.woman_id))
           )
    FROM told JOIN pathways_journey journey ON journey.id = told.journey_id
    WHERE (cc_is_product() OR of_site = ANY ((SELECT cc_sites())::bigint[]))
      AND NOT EXISTS (
          SELECT FROM access_conflict c WHERE c.woman_id = journey.woman_id AND c.user_id = (SELECT cc_user()))
    GROUP BY told.line
$$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("pathways", "0018_only_declared_moves"),
        ("sites", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="address",
            name="kind",
            field=models.CharField(
                choices=[
                    ("home", "Home"),
                    ("staying", "Staying with somebody"),
                    ("refuge", "Refuge"),
                    ("resident", "Mother-and-baby placement"),
                    ("hospital", "Hospital"),
                    ("outreach", "A place where outreach meets her"),
                    ("none", "No fixed address"),
                ],
                max_length=8,
            ),
        ),
        migrations.CreateModel(
            name="Departure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("own_decision", models.BooleanField()),
                (
                    "where",
                    models.CharField(
                        choices=[
                            ("home", "Home, or where she is staying"),
                            ("placement", "To a mother-and-baby placement"),
                        ],
                        default="home",
                        max_length=12,
                    ),
                ),
                (
                    "with_her",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(), default=list, size=None
                    ),
                ),
                (
                    "staying",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(), default=list, size=None
                    ),
                ),
                ("words", models.CharField(blank=True, max_length=500)),
                (
                    "medicine_tried",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("arranged", "Arranged before she left"),
                            ("tried", "Tried; she left before it was arranged"),
                            ("not_tried", "There was no chance to"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "naloxone_tried",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("arranged", "Arranged before she left"),
                            ("tried", "Tried; she left before it was arranged"),
                            ("not_tried", "There was no chance to"),
                        ],
                        max_length=12,
                    ),
                ),
                ("recorded_at", models.DateTimeField(default=carecoord.clock.now, editable=False)),
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="pathways.event"
                    ),
                ),
                (
                    "journey",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="departures", to="pathways.journey"
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="sites.site"),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["journey", "-id"], name="newest_departure"),
                    models.Index(fields=["site", "recorded_at"], name="departures_of_site"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("own_decision", True),
                            models.Q(("medicine_tried", ""), ("naloxone_tried", "")),
                            _connector="OR",
                        ),
                        name="tried_before_she_left_by_herself",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Placement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("rehab", "Mother-and-baby residential treatment"),
                            ("assessment", "Residential assessment"),
                            ("foster", "Parent-and-baby foster placement"),
                        ],
                        max_length=12,
                    ),
                ),
                ("out_of_area", models.BooleanField()),
                ("prescriber", models.CharField(blank=True, max_length=120)),
                ("confirmed_by", models.CharField(blank=True, max_length=120)),
                ("recorded_at", models.DateTimeField(default=carecoord.clock.now, editable=False)),
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="pathways.event"
                    ),
                ),
                (
                    "journey",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="placements", to="pathways.journey"
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["journey", "-id"], name="newest_placement")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("confirmed_by", ""), ("prescriber", "")),
                            models.Q(
                                models.Q(("prescriber", ""), _negated=True),
                                models.Q(("confirmed_by", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="a_prescriber_who_said_yes",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StayOffer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("baby", models.PositiveSmallIntegerField()),
                ("offered_at", models.DateTimeField()),
                (
                    "offer",
                    models.CharField(
                        choices=[
                            ("transitional_care", "Transitional care, with her baby"),
                            ("parent_room", "A parents’ room"),
                            ("ward_boarder", "Staying on the ward"),
                            ("near_site", "A place near the hospital"),
                            ("not_available", "Nothing was available"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "because",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("no_bed", "No bed or room was free"),
                            ("none_here", "There is no such place here"),
                            ("closed", "It was closed, for instance because of an infection"),
                            ("other", "Something else, as written below"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "choice",
                    models.CharField(
                        choices=[
                            ("stays", "She takes it, and stays"),
                            ("goes_home", "She goes home, and visits"),
                            ("wanted_to_stay", "She wanted to stay; there was no place"),
                        ],
                        max_length=16,
                    ),
                ),
                ("visiting", models.CharField(blank=True, max_length=500)),
                ("feeding", models.CharField(blank=True, max_length=500)),
                ("medicine_from", models.CharField(blank=True, max_length=500)),
                ("note", models.CharField(blank=True, max_length=500)),
                ("recorded_at", models.DateTimeField(default=carecoord.clock.now, editable=False)),
                ("submission", models.UUIDField(editable=False, null=True, unique=True)),
                ("fingerprint", models.CharField(blank=True, editable=False, max_length=64)),
                (
                    "journey",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="stay_offers", to="pathways.journey"
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="sites.site"),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["journey", "baby", "-id"], name="newest_stay_offer"),
                    models.Index(fields=["site", "offered_at"], name="stay_offers_of_site"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("offer", "not_available"), models.Q(("because", ""), _negated=True)),
                            models.Q(models.Q(("offer", "not_available"), _negated=True), ("because", "")),
                            _connector="OR",
                        ),
                        name="no_place_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("choice", "stays"), ("offer", "not_available"), _negated=True),
                            models.Q(
                                ("offer", "not_available"),
                                models.Q(("choice", "wanted_to_stay"), _negated=True),
                                _connector="OR",
                            ),
                        ),
                        name="she_chose_what_there_was",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                models.Q(("offer__in", ["not_available", "near_site"]), _negated=True),
                                ("choice", "stays"),
                            ),
                            models.Q(
                                models.Q(("visiting", ""), _negated=True), models.Q(("feeding", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="apart_with_a_plan",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("because", "other"), _negated=True),
                            models.Q(("note", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="another_reason_is_told",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "offered_at__lte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("recorded_at"), "+", models.Value(datetime.timedelta(seconds=120))
                                ),
                            )
                        ),
                        name="not_offered_in_the_future",
                    ),
                ],
            },
        ),
        migrations.RunSQL(REFUSE, ALLOW),
        migrations.RunSQL(COUNTED, "DROP FUNCTION pathways_staying_together(bigint, date)"),
    ]
