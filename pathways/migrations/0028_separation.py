"""A baby placed away from her: what is known of it, how she was told, who stays with her. Rows are only added."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import carecoord.clock

TABLES = ("placedaway", "placedbaby", "tellingarranged", "tellingsignoff", "telling", "namedworker")
KEEP = "\n".join(
    f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON pathways_{table} "
    "FOR EACH ROW EXECUTE FUNCTION pathways_refuse_change();"
    for table in TABLES
)
FREE = "\n".join(f"DROP TRIGGER append_only ON pathways_{table};" for table in TABLES)


class Migration(migrations.Migration):

    dependencies = [
        ('pathways', '0027_outreach'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PlacedAway',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_at', models.DateTimeField(default=carecoord.clock.now, editable=False)),
                ('submission', models.UUIDField(editable=False, null=True, unique=True)),
                ('fingerprint', models.CharField(blank=True, editable=False, max_length=64)),
                ('setting', models.CharField(choices=[('inpatient', 'On a ward'), ('community', 'At home, or with somebody she knows'), ('residential', 'In a mother-and-baby placement'), ('custody', 'In custody')], max_length=12, verbose_name='where she was')),
                ('legal_basis', models.CharField(blank=True, choices=[('eng_s20', 'With her agreement: section 20, Children Act 1989'), ('eng_s46', 'Police protection: section 46, Children Act 1989'), ('eng_s44', 'Emergency protection order: section 44, Children Act 1989'), ('eng_s38', 'Interim care order: section 38, Children Act 1989'), ('eng_s31', 'Care order: section 31, Children Act 1989'), ('family_agreement', 'Agreed in the family, without an order'), ('sco_s25', 'With her agreement: section 25, Children (Scotland) Act 1995'), ('sco_cpo', 'Child protection order: Children’s Hearings (Scotland) Act 2011'), ('sco_icso', 'Interim compulsory supervision order: Children’s Hearings (Scotland) Act 2011'), ('sco_cso', 'Compulsory supervision order: Children’s Hearings (Scotland) Act 2011'), ('sco_kinship', 'Kinship care order: Children and Young People (Scotland) Act 2014')], max_length=20)),
                ('decided_by', models.CharField(blank=True, max_length=120)),
                ('event', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='placements', to='pathways.event')),
                ('recorded_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('woman', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='placements', to='pathways.woman')),
            ],
        ),
        migrations.CreateModel(
            name='PlacedBaby',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('baby', models.PositiveSmallIntegerField()),
                ('with_whom', models.CharField(choices=[('other_parent', 'The other parent'), ('kinship', 'Family or friends'), ('foster', 'Foster carers'), ('adoptive_plan', 'Carers who may adopt'), ('hospital', 'Still in hospital'), ('unknown', 'Not known yet')], max_length=13)),
                ('placement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='babies', to='pathways.placedaway')),
            ],
            options={
                'verbose_name_plural': 'placed babies',
            },
        ),
        migrations.CreateModel(
            name='TellingSignOff',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_at', models.DateTimeField(default=carecoord.clock.now, editable=False)),
                ('submission', models.UUIDField(editable=False, null=True, unique=True)),
                ('fingerprint', models.CharField(blank=True, editable=False, max_length=64)),
                ('name', models.CharField(max_length=120)),
                ('post', models.CharField(choices=[('safeguarding_lead', 'Safeguarding lead'), ('manager', 'Manager of the service')], max_length=17)),
                ('signed_at', models.DateTimeField()),
                ('reason', models.CharField(max_length=500)),
                ('journey', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='telling_sign_offs', to='pathways.journey')),
                ('recorded_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('woman', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='pathways.woman')),
            ],
        ),
        migrations.CreateModel(
            name='Telling',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_at', models.DateTimeField(default=carecoord.clock.now, editable=False)),
                ('submission', models.UUIDField(editable=False, null=True, unique=True)),
                ('fingerprint', models.CharField(blank=True, editable=False, max_length=64)),
                ('told_at', models.DateTimeField()),
                ('told_by', models.CharField(max_length=120)),
                ('how', models.CharField(choices=[('in_person', 'In person'), ('phone', 'By phone'), ('video', 'By video call'), ('letter', 'By letter or message')], max_length=9)),
                ('in_labour', models.BooleanField(default=False)),
                ('first', models.BooleanField(default=False)),
                ('plan_version', models.PositiveSmallIntegerField(null=True, verbose_name='version of the separation plan')),
                ('place', models.CharField(blank=True, max_length=120, verbose_name='where she was told')),
                ('beside_her', models.CharField(blank=True, max_length=120)),
                ('words', models.CharField(blank=True, max_length=2000, verbose_name='what she was told')),
                ('copy_on', models.DateField(null=True, verbose_name='written copy given on')),
                ('family_time', models.CharField(blank=True, max_length=500, verbose_name='when they meet')),
                ('legal_basis_explained', models.BooleanField(null=True)),
                ('where_baby_is_shared', models.BooleanField(null=True)),
                ('legal_advice', models.BooleanField(null=True)),
                ('advocate_offered', models.BooleanField(null=True)),
                ('event', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='tellings', to='pathways.event')),
                ('journey', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tellings', to='pathways.journey')),
                ('recorded_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('sign_off', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='pathways.tellingsignoff')),
                ('woman', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='pathways.woman')),
            ],
        ),
        migrations.CreateModel(
            name='TellingArranged',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_at', models.DateTimeField(default=carecoord.clock.now, editable=False)),
                ('submission', models.UUIDField(editable=False, null=True, unique=True)),
                ('fingerprint', models.CharField(blank=True, editable=False, max_length=64)),
                ('told_by', models.CharField(max_length=120)),
                ('place', models.CharField(max_length=120, verbose_name='where she is told')),
                ('beside_her', models.CharField(max_length=120)),
                ('latest_on', models.DateField(verbose_name='by which day at the latest')),
                ('journey', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tellings_arranged', to='pathways.journey')),
                ('recorded_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('woman', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='pathways.woman')),
            ],
        ),
        migrations.CreateModel(
            name='NamedWorker',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_at', models.DateTimeField(default=carecoord.clock.now, editable=False)),
                ('submission', models.UUIDField(editable=False, null=True, unique=True)),
                ('fingerprint', models.CharField(blank=True, editable=False, max_length=64)),
                ('name', models.CharField(max_length=120)),
                ('service', models.CharField(max_length=120)),
                ('from_on', models.DateField(verbose_name='from which day')),
                ('told_her', models.BooleanField(verbose_name='she knows who it is')),
                ('journey', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='named_workers', to='pathways.journey')),
                ('recorded_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['journey', '-id'], name='newest_named_worker')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('name', ''), _negated=True), models.Q(('service', ''), _negated=True)), name='named_worker_has_a_name')],
            },
        ),
        migrations.AddIndex(
            model_name='placedaway',
            index=models.Index(fields=['event', '-id'], name='newest_placed_away'),
        ),
        migrations.AddConstraint(
            model_name='placedaway',
            constraint=models.CheckConstraint(condition=models.Q(('legal_basis__in', ['', 'eng_s20', 'eng_s46', 'eng_s44', 'eng_s38', 'eng_s31', 'family_agreement', 'sco_s25', 'sco_cpo', 'sco_icso', 'sco_cso', 'sco_kinship'])), name='placement_has_a_known_basis'),
        ),
        migrations.AddConstraint(
            model_name='placedaway',
            constraint=models.CheckConstraint(condition=models.Q(('setting__in', ['inpatient', 'community', 'residential', 'custody'])), name='placement_says_where_she_was'),
        ),
        migrations.AddConstraint(
            model_name='placedbaby',
            constraint=models.UniqueConstraint(models.F('placement'), models.F('baby'), name='placed_baby_once'),
        ),
        migrations.AddConstraint(
            model_name='placedbaby',
            constraint=models.CheckConstraint(condition=models.Q(('with_whom__in', ['other_parent', 'kinship', 'foster', 'adoptive_plan', 'hospital', 'unknown'])), name='placed_baby_is_with_somebody'),
        ),
        migrations.AddConstraint(
            model_name='tellingsignoff',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('name', ''), _negated=True), models.Q(('reason', ''), _negated=True), ('post__in', ['safeguarding_lead', 'manager'])), name='sign_off_says_who_and_why'),
        ),
        migrations.AddConstraint(
            model_name='tellingsignoff',
            constraint=models.CheckConstraint(condition=models.Q(('signed_at__lte', models.F('recorded_at'))), name='sign_off_has_happened'),
        ),
        migrations.AddIndex(
            model_name='telling',
            index=models.Index(fields=['journey'], name='tellings_of_journey'),
        ),
        migrations.AddConstraint(
            model_name='telling',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('told_by', ''), _negated=True), ('how__in', ['in_person', 'phone', 'video', 'letter'])), name='telling_says_who_and_how'),
        ),
        migrations.AddConstraint(
            model_name='telling',
            constraint=models.CheckConstraint(condition=models.Q(('told_at__lte', models.F('recorded_at'))), name='telling_has_happened'),
        ),
        migrations.AddConstraint(
            model_name='telling',
            constraint=models.CheckConstraint(condition=models.Q(('event__isnull', False), ('first', False), models.Q(('how', 'in_person'), ('in_labour', False)), ('sign_off__isnull', False), _connector='OR'), name='first_told_otherwise_is_signed'),
        ),
        migrations.AddIndex(
            model_name='tellingarranged',
            index=models.Index(fields=['journey', '-id'], name='newest_telling_arranged'),
        ),
        migrations.AddConstraint(
            model_name='tellingarranged',
            constraint=models.CheckConstraint(condition=models.Q(('told_by', ''), ('place', ''), ('beside_her', ''), _connector='OR', _negated=True), name='telling_arranged_is_whole'),
        ),
        migrations.RunSQL(KEEP, FREE),
    ]
