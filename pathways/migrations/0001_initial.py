import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models

import carecoord.clock


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('access', '0001_initial'),
        ('sites', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        TrigramExtension(),
        migrations.CreateModel(
            name='SweepRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('started_at', models.DateTimeField()),
                ('finished_at', models.DateTimeField(db_index=True)),
                ('as_of', models.DateTimeField()),
                ('examined', models.PositiveIntegerField()),
                ('flagged', models.PositiveIntegerField()),
                ('escalated', models.PositiveIntegerField()),
                ('cleared', models.PositiveIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='Event',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=40)),
                ('occurred_at', models.DateTimeField()),
                ('baby', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('details', models.JSONField(blank=True, default=dict)),
                ('note', models.TextField(blank=True)),
                ('recorded_at', models.DateTimeField(default=carecoord.clock.now, editable=False)),
                ('source', models.CharField(choices=[('screen', 'entered here'), ('import', 'from an imported file')], default='screen', max_length=8)),
                ('submission', models.UUIDField(editable=False, help_text='The form it came from, once', null=True, unique=True)),
                ('recorded_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Correction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=500)),
                ('made_at', models.DateTimeField(default=carecoord.clock.now, editable=False)),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('event', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='correction', to='pathways.event')),
            ],
        ),
        migrations.CreateModel(
            name='Journey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(default=1, help_text='1 for the first pregnancy known here')),
                ('edd_at_entry', models.DateField(blank=True, null=True, verbose_name='EDD she came with')),
                ('medication_at_entry', models.CharField(blank=True, choices=[('methadone_oral_1mg_ml', 'Methadone oral solution 1 mg/ml'), ('buprenorphine_sl', 'Buprenorphine sublingual tablet'), ('buprenorphine_oral_lyo', 'Buprenorphine oral lyophilisate'), ('buprenorphine_naloxone_sl', 'Buprenorphine with naloxone, sublingual'), ('laib_weekly', 'Buprenorphine weekly injection'), ('laib_monthly', 'Buprenorphine monthly injection'), ('laib_sublocade', 'Buprenorphine monthly injection (Sublocade)'), ('dihydrocodeine_other', 'Dihydrocodeine or another medicine'), ('none_illicit_or_rx_opioid', 'Dependent on opioids, not on replacement')], max_length=40)),
                ('created_at', models.DateTimeField(default=carecoord.clock.now, editable=False)),
                ('stage', models.CharField(blank=True, choices=[('booking', 'Before booking'), ('antenatal', 'Antenatal'), ('intrapartum', 'Labour and birth'), ('postnatal_inpatient', 'On the postnatal ward'), ('postnatal_community', 'Home after birth'), ('residential_placement', 'Mother-and-baby placement'), ('separated', 'Separated'), ('bereavement', 'After a loss'), ('closed', 'Closed')], editable=False, max_length=24)),
                ('stage_since', models.DateTimeField(editable=False, null=True)),
                ('edd', models.DateField(editable=False, null=True, verbose_name='current EDD')),
                ('born_at', models.DateTimeField(editable=False, null=True, verbose_name='first birth')),
                ('last_contact_at', models.DateTimeField(editable=False, null=True)),
                ('in_hospital', models.BooleanField(default=False, editable=False)),
                ('buddy', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='buddy_caseload', to=settings.AUTH_USER_MODEL)),
                ('named_midwife', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='caseload', to=settings.AUTH_USER_MODEL)),
                ('site', models.ForeignKey(help_text='entered at', on_delete=django.db.models.deletion.PROTECT, related_name='journeys', to='sites.site')),
                ('team', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='journeys', to='access.team')),
            ],
        ),
        migrations.CreateModel(
            name='Handoff',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('moment', models.CharField(max_length=40)),
                ('step', models.CharField(max_length=40)),
                ('subject', models.CharField(max_length=12)),
                ('subject_number', models.PositiveSmallIntegerField(default=0, help_text='0 for the pregnancy itself')),
                ('occurrence', models.PositiveSmallIntegerField(default=1)),
                ('opened_at', models.DateTimeField()),
                ('warn_at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('missed_at', models.DateTimeField()),
                ('not_before', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('state', models.CharField(choices=[('pending', 'On track'), ('due_soon', 'Due soon'), ('overdue', 'Overdue'), ('missed', 'Missed'), ('completed_on_time', 'Done on time'), ('completed_late', 'Done late'), ('declined', 'She declined'), ('not_applicable', 'Not applicable'), ('unable', 'Could not be done'), ('superseded', 'No longer needed')], max_length=20)),
                ('late_entry', models.BooleanField(default=False)),
                ('journey', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='handoffs', to='pathways.journey')),
            ],
        ),
        migrations.CreateModel(
            name='Flag',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('handoff_key', models.CharField(max_length=120)),
                ('level', models.CharField(choices=[('overdue', 'Overdue'), ('missed', 'Missed')], max_length=8)),
                ('raised_at', models.DateTimeField()),
                ('escalated_at', models.DateTimeField(null=True)),
                ('cleared_at', models.DateTimeField(null=True)),
                ('handoff', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='flags', to='pathways.handoff')),
                ('journey', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='flags', to='pathways.journey')),
            ],
        ),
        migrations.AddField(
            model_name='event',
            name='journey',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='pathways.journey'),
        ),
        migrations.CreateModel(
            name='Baby',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField()),
                ('born_at', models.DateTimeField()),
                ('place', models.CharField(blank=True, max_length=10)),
                ('journey', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='babies', to='pathways.journey')),
            ],
            options={
                'verbose_name_plural': 'babies',
            },
        ),
        migrations.CreateModel(
            name='Woman',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('person_ref', models.CharField(blank=True, help_text='Her reference in the file she came from', max_length=80)),
                ('first_name', models.CharField(max_length=200)),
                ('last_name', models.CharField(max_length=200)),
                ('preferred_name', models.CharField(blank=True, max_length=200, verbose_name='name she uses')),
                ('pronouns', models.CharField(blank=True, max_length=40)),
                ('date_of_birth', models.DateField()),
                ('allergies', models.CharField(blank=True, max_length=500)),
                ('interpreter', models.CharField(blank=True, help_text="Language, or 'not needed'", max_length=120)),
                ('safe_contact', models.CharField(blank=True, help_text='How and when she can safely be reached', max_length=2000)),
                ('safe_contact_confirmed_on', models.DateField(blank=True, null=True)),
                ('what_matters', models.TextField(blank=True, verbose_name='what matters to her, in her words')),
                ('what_matters_on', models.DateField(blank=True, null=True)),
                ('search_key', models.TextField(editable=False)),
                ('sort_key', models.CharField(db_collation='C', editable=False, max_length=500)),
                ('created_at', models.DateTimeField(default=carecoord.clock.now, editable=False)),
                ('submission', models.UUIDField(editable=False, help_text='The form she came from, once', null=True, unique=True)),
                ('site', models.ForeignKey(help_text='entered at', on_delete=django.db.models.deletion.PROTECT, related_name='women', to='sites.site')),
            ],
            options={
                'verbose_name_plural': 'women',
            },
        ),
        migrations.AddField(
            model_name='journey',
            name='woman',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='journeys', to='pathways.woman'),
        ),
        migrations.CreateModel(
            name='Identifier',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('nhs', 'NHS number'), ('chi', 'CHI number')], max_length=3)),
                ('value', models.CharField(max_length=10)),
                ('woman', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='identifiers', to='pathways.woman')),
            ],
            options={
                'ordering': ['-kind'],
            },
        ),
        migrations.AddIndex(
            model_name='handoff',
            index=models.Index(condition=models.Q(('state', 'pending')), fields=['warn_at'], name='sweep_warn'),
        ),
        migrations.AddIndex(
            model_name='handoff',
            index=models.Index(condition=models.Q(('state__in', ['pending', 'due_soon'])), fields=['due_at'], name='sweep_due'),
        ),
        migrations.AddIndex(
            model_name='handoff',
            index=models.Index(condition=models.Q(('state__in', ['pending', 'due_soon', 'overdue', 'missed']), models.Q(('state', 'missed'), _negated=True)), fields=['missed_at'], name='sweep_missed'),
        ),
        migrations.AddIndex(
            model_name='handoff',
            index=models.Index(condition=models.Q(('state__in', ['pending', 'due_soon', 'overdue', 'missed'])), fields=['journey', 'due_at'], name='open_by_journey'),
        ),
        migrations.AddConstraint(
            model_name='handoff',
            constraint=models.UniqueConstraint(models.F('journey'), models.F('moment'), models.F('step'), models.F('subject'), models.F('subject_number'), models.F('occurrence'), name='one_handoff_ever'),
        ),
        migrations.AddConstraint(
            model_name='handoff',
            constraint=models.CheckConstraint(condition=models.Q(('warn_at__lte', models.F('due_at')), ('due_at__lte', models.F('missed_at'))), name='warned_then_due_then_missed'),
        ),
        migrations.AddIndex(
            model_name='flag',
            index=models.Index(condition=models.Q(('cleared_at', None)), fields=['journey'], name='open_flags'),
        ),
        migrations.AddConstraint(
            model_name='flag',
            constraint=models.UniqueConstraint(models.F('handoff'), condition=models.Q(('cleared_at', None)), name='one_open_flag_per_handoff'),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(fields=['journey', 'occurred_at', 'id'], name='events_in_order'),
        ),
        migrations.AddConstraint(
            model_name='event',
            constraint=models.CheckConstraint(condition=models.Q(('occurred_at__lte', models.F('recorded_at'))), name='nothing_happened_in_the_future'),
        ),
        migrations.AddConstraint(
            model_name='baby',
            constraint=models.UniqueConstraint(models.F('journey'), models.F('number'), name='baby_number_once'),
        ),
        migrations.AddIndex(
            model_name='woman',
            index=django.contrib.postgres.indexes.GinIndex(fields=['search_key'], name='woman_search', opclasses=['gin_trgm_ops']),
        ),
        migrations.AddConstraint(
            model_name='woman',
            constraint=models.UniqueConstraint(models.F('site'), models.F('person_ref'), condition=models.Q(('person_ref', ''), _negated=True), name='person_ref_once_per_site'),
        ),
        migrations.AddIndex(
            model_name='journey',
            index=models.Index(fields=['named_midwife', 'stage'], name='journey_of_midwife'),
        ),
        migrations.AddIndex(
            model_name='journey',
            index=models.Index(fields=['team', 'stage'], name='journey_of_team'),
        ),
        migrations.AddConstraint(
            model_name='journey',
            constraint=models.UniqueConstraint(models.F('woman'), models.F('number'), name='one_journey_per_pregnancy'),
        ),
        migrations.AddConstraint(
            model_name='journey',
            constraint=models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='pregnancies_count_from_1'),
        ),
        migrations.AddConstraint(
            model_name='identifier',
            constraint=models.UniqueConstraint(models.F('kind'), models.F('value'), name='number_belongs_to_one_woman'),
        ),
        migrations.AddConstraint(
            model_name='identifier',
            constraint=models.UniqueConstraint(models.F('woman'), models.F('kind'), name='one_number_of_a_kind'),
        ),
    ]
