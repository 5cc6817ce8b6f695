"""Looking for her, and what made it later that she came: rows that are added and never changed; may she be visited."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import carecoord.clock

TABLES = ("try", "asked", "outreachdecision", "latereason")
REFUSE = "\n".join(
    f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON pathways_{table} "
    "FOR EACH ROW EXECUTE FUNCTION pathways_refuse_change();"
    for table in TABLES
)
ALLOW = "\n".join(f"DROP TRIGGER append_only ON pathways_{table};" for table in TABLES)

# Whether there is a place at which she said that it is safe to visit her, without telling where.
MAY_VISIT = """
CREATE FUNCTION has_address_to_visit(whose bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT (cc_is_product() OR cc_sees(whose)) AND EXISTS (
        SELECT FROM (
            SELECT DISTINCT ON (kind) * FROM pathways_address WHERE woman_id = whose ORDER BY kind, id DESC
        ) newest
        WHERE safe_to_visit AND lines <> ''
          AND (ends_on IS NULL OR ends_on >= (cc_now() AT TIME ZONE 'Europe/London')::date)
    )
$$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ("pathways", "0026_unmet_needs"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Asked',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_at', models.DateTimeField(default=carecoord.clock.now, editable=False)),
                ('submission', models.UUIDField(editable=False, null=True, unique=True)),
                ('fingerprint', models.CharField(blank=True, default='', editable=False, max_length=64)),
                ('asked_at', models.DateTimeField()),
                ('whom', models.CharField(choices=[('pharmacy', 'Her pharmacy'), ('drug_service', 'Her keyworker or prescriber'), ('gp', 'Her GP'), ('health_visitor', 'Her health visitor'), ('social_worker', 'Her social worker'), ('named_by_her', 'Somebody whom she named for this'), ('police', 'The police, for a welfare check')], max_length=20)),
                ('answer', models.CharField(choices=[('seen', 'They saw her, or spoke to her'), ('not_seen', 'They have not seen her lately'), ('passed_on', 'They will ask her to ring us'), ('waiting', 'They will look, and tell us'), ('no_answer', 'Nobody answered')], max_length=10)),
                ('seen_on', models.DateField(help_text='when they last saw her or spoke to her', null=True)),
                ('words', models.CharField(blank=True, max_length=2000)),
                ('journey', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='asked_about', to='pathways.journey')),
                ('recorded_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name_plural': 'asked',
                'indexes': [models.Index(fields=['journey', '-asked_at'], name='asked_of_journey')],
                'constraints': [models.CheckConstraint(condition=models.Q(('asked_at__lte', models.F('recorded_at'))), name='asking_has_happened'), models.CheckConstraint(condition=models.Q(('seen_on', None), ('answer', 'seen'), _connector='OR'), name='seen_on_a_day_is_seen')],
            },
        ),
        migrations.CreateModel(
            name='OutreachDecision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_at', models.DateTimeField(default=carecoord.clock.now, editable=False)),
                ('submission', models.UUIDField(editable=False, null=True, unique=True)),
                ('fingerprint', models.CharField(blank=True, default='', editable=False, max_length=64)),
                ('decided_at', models.DateTimeField(default=carecoord.clock.now)),
                ('choice', models.CharField(choices=[('go_on', 'Go on trying'), ('ask_partners', 'Ask those who know her, and go on trying'), ('pause', 'Pause until a day, and then look again')], max_length=12)),
                ('partners', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('pharmacy', 'Her pharmacy'), ('drug_service', 'Her keyworker or prescriber'), ('gp', 'Her GP'), ('health_visitor', 'Her health visitor'), ('social_worker', 'Her social worker'), ('named_by_her', 'Somebody whom she named for this'), ('police', 'The police, for a welfare check')], max_length=20), blank=True, default=list, size=None)),
                ('review_on', models.DateField(null=True)),
                ('reason', models.CharField(max_length=2000)),
                ('decided_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('journey', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='outreach_decisions', to='pathways.journey')),
                ('recorded_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['journey', '-decided_at'], name='how_outreach_goes_on')],
                'constraints': [models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='a_decision_says_why'), models.CheckConstraint(condition=models.Q(models.Q(('choice', 'go_on'), ('review_on', None)), models.Q(models.Q(('choice', 'go_on'), _negated=True), ('review_on__isnull', False)), _connector='OR'), name='what_does_not_go_on_is_reviewed'), models.CheckConstraint(condition=models.Q(models.Q(('choice', 'ask_partners'), ('partners__len__gt', 0)), models.Q(models.Q(('choice', 'ask_partners'), _negated=True), ('partners', [])), _connector='OR'), name='who_is_asked_is_named')],
            },
        ),
        migrations.CreateModel(
            name='Try',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_at', models.DateTimeField(default=carecoord.clock.now, editable=False)),
                ('submission', models.UUIDField(editable=False, null=True, unique=True)),
                ('fingerprint', models.CharField(blank=True, default='', editable=False, max_length=64)),
                ('tried_at', models.DateTimeField()),
                ('way', models.CharField(choices=[('call', 'Phone call'), ('text', 'Text message'), ('email', 'E-mail'), ('letter', 'Letter'), ('through', 'Through a person or a place that she named'), ('visits', 'Visit'), ('comes', 'Where she comes: an appointment, the pharmacy, the drug service')], max_length=8)),
                ('result', models.CharField(choices=[('reached', 'She was reached'), ('not_now', 'She was reached, and does not want contact now'), ('no_answer', 'Nobody answered, or nobody was there'), ('message_left', 'A message was left, as she agreed'), ('did_not_come', 'She was not able to come'), ('not_hers', 'The number or address is not hers any more'), ('cancelled_by_us', 'We put it off'), ('cancelled_by_her', 'She put it off')], max_length=20)),
                ('again_at', models.DateTimeField(help_text='when somebody said that they would try next', null=True)),
                ('again_way', models.CharField(blank=True, choices=[('call', 'Phone call'), ('text', 'Text message'), ('email', 'E-mail'), ('letter', 'Letter'), ('through', 'Through a person or a place that she named'), ('visits', 'Visit'), ('comes', 'Where she comes: an appointment, the pharmacy, the drug service')], max_length=8)),
                ('event', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='attempt', to='pathways.event')),
                ('journey', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tries', to='pathways.journey')),
                ('recorded_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name_plural': 'tries',
                'indexes': [models.Index(fields=['journey', '-tried_at'], name='tries_of_journey')],
                'constraints': [models.CheckConstraint(condition=models.Q(('tried_at__lte', models.F('recorded_at'))), name='a_try_has_happened'), models.CheckConstraint(condition=models.Q(('again_at', None), models.Q(('again_at__gt', models.F('tried_at')), models.Q(('again_way', ''), _negated=True)), _connector='OR'), name='trying_again_is_later_by_a_way'), models.CheckConstraint(condition=models.Q(('again_way', ''), models.Q(('result__in', ['reached', 'not_now']), _negated=True), _connector='OR'), name='who_was_reached_is_not_tried_again')],
            },
        ),
        migrations.CreateModel(
            name='LateReason',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_at', models.DateTimeField(default=carecoord.clock.now, editable=False)),
                ('submission', models.UUIDField(editable=False, null=True, unique=True)),
                ('fingerprint', models.CharField(blank=True, default='', editable=False, max_length=64)),
                ('reason', models.CharField(choices=[('not_realised_pregnant', 'She had not realised that she was pregnant'), ('fear', 'She was afraid'), ('no_access', 'She could not get to a service'), ('moved', 'She moved'), ('other', 'Something else'), ('prefer_not_say', 'She prefers not to say')], max_length=24)),
                ('journey', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='late_reasons', to='pathways.journey')),
                ('recorded_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['journey', '-id'], name='newest_late_reason')],
            },
        ),
        migrations.RunSQL(REFUSE, ALLOW),
        migrations.RunSQL(MAY_VISIT, "DROP FUNCTION has_address_to_visit(bigint)"),
    ]
