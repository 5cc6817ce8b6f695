"""How she was told and what she calls it; reports of her death; and which messages are about her own care."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import carecoord.clock


class Migration(migrations.Migration):

    dependencies = [
        ("pathways", "0019_together"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='messagetoher',
            name='own_care',
            field=models.BooleanField(db_default=False, default=False, help_text='It is about her own care alone, and goes on when a baby dies or is placed away'),
        ),
        migrations.CreateModel(
            name='DeathReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('died_at', models.DateTimeField()),
                ('known_from', models.CharField(help_text='how the reporter knows', max_length=500)),
                ('reported_at', models.DateTimeField(default=carecoord.clock.now, editable=False)),
                ('confirmed_at', models.DateTimeField(editable=False, null=True)),
                ('confirmed_from', models.CharField(blank=True, help_text='how the second person knows', max_length=500)),
                ('withdrawn_at', models.DateTimeField(editable=False, null=True)),
                ('withdrawn_because', models.CharField(blank=True, max_length=500)),
                ('submission', models.UUIDField(editable=False, help_text='The form it came from, once', null=True, unique=True)),
                ('confirmed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('journey', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='death_reports', to='pathways.journey')),
                ('reported_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('withdrawn_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('confirmed_at', None), ('withdrawn_at', None)), fields=('journey',), name='one_waiting_report_of_her_death'), models.CheckConstraint(condition=models.Q(('died_at__lte', models.F('reported_at'))), name='her_death_is_not_reported_ahead'), models.CheckConstraint(condition=models.Q(('confirmed_by', None), models.Q(('confirmed_by', models.F('reported_by')), _negated=True), _connector='OR'), name='her_death_is_confirmed_by_another'), models.CheckConstraint(condition=models.Q(models.Q(('confirmed_at', None), ('confirmed_by', None), ('confirmed_from', '')), models.Q(('confirmed_at__isnull', False), ('confirmed_by__isnull', False), ('withdrawn_at', None), models.Q(('confirmed_from', ''), _negated=True)), _connector='OR'), name='a_confirmed_death_is_whole'), models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at', None), ('withdrawn_because', ''), ('withdrawn_by', None)), models.Q(('withdrawn_at__isnull', False), ('withdrawn_by__isnull', False), models.Q(('withdrawn_because', ''), _negated=True)), _connector='OR'), name='a_report_taken_back_says_why')],
            },
        ),
        migrations.CreateModel(
            name='WordsOfLoss',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('bereavement', models.CharField(choices=[('yes', 'Yes, as a bereavement'), ('no', 'No, not as a bereavement'), ('not_asked', 'Not asked yet')], max_length=10)),
                ('words', models.CharField(blank=True, help_text='what she calls it, and names she uses', max_length=500)),
                ('recorded_at', models.DateTimeField(default=carecoord.clock.now, editable=False)),
                ('submission', models.UUIDField(editable=False, help_text='The form it came from, once', null=True, unique=True)),
                ('journey', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='words_of_loss', to='pathways.journey')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name_plural': 'her words',
                'indexes': [models.Index(fields=['journey', '-id'], name='newest_words_of_hers')],
            },
        ),
        migrations.CreateModel(
            name='ToldOfBaby',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('baby', models.PositiveSmallIntegerField()),
                ('how', models.CharField(choices=[('was_there', 'She was there'), ('in_person', 'Somebody told her face to face'), ('by_phone', 'She was told by phone'), ('not_yet', 'She does not know yet')], max_length=10)),
                ('told_by', models.CharField(blank=True, help_text='who told her, or who will', max_length=120)),
                ('beside_her', models.CharField(blank=True, max_length=120)),
                ('words', models.CharField(blank=True, help_text='by phone: why it could not wait', max_length=500)),
                ('recorded_at', models.DateTimeField(default=carecoord.clock.now, editable=False)),
                ('submission', models.UUIDField(editable=False, help_text='The form it came from, once', null=True, unique=True)),
                ('journey', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='told_of_babies', to='pathways.journey')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name_plural': 'told of babies',
                'indexes': [models.Index(fields=['journey', 'baby', '-id'], name='newest_told_of_baby')],
                'constraints': [models.CheckConstraint(condition=models.Q(('how', 'was_there'), models.Q(('told_by', ''), _negated=True), _connector='OR'), name='somebody_tells_her'), models.CheckConstraint(condition=models.Q(models.Q(('how', 'by_phone'), _negated=True), models.Q(('words', ''), _negated=True), _connector='OR'), name='told_by_phone_says_why')],
            },
        ),
        migrations.CreateModel(
            name='ToldOfDeath',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('who', models.CharField(choices=[('incident_lead', 'Incident lead of the site'), ('next_of_kin', 'Her family, or whom she named'), ('gp', 'Her GP'), ('health_visitor', 'Health visitor of her baby'), ('social_worker', 'Whoever has her baby now'), ('prescriber', 'Her prescriber and keyworker'), ('pharmacy', 'Her pharmacy'), ('review', 'National and local review')], max_length=20)),
                ('needed', models.BooleanField(default=True, help_text='False: the words say why not')),
                ('spoke_to', models.CharField(blank=True, max_length=120)),
                ('told_at', models.DateTimeField(null=True)),
                ('words', models.CharField(blank=True, max_length=500)),
                ('recorded_at', models.DateTimeField(default=carecoord.clock.now, editable=False)),
                ('submission', models.UUIDField(editable=False, help_text='The form it came from, once', null=True, unique=True)),
                ('journey', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='told_of_death', to='pathways.journey')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name_plural': 'told of death',
                'indexes': [models.Index(fields=['journey', 'who', '-id'], name='newest_told_of_death')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('needed', True), ('told_at__isnull', False), models.Q(('spoke_to', ''), _negated=True)), models.Q(('needed', False), ('spoke_to', ''), ('told_at', None), models.Q(('words', ''), _negated=True)), _connector='OR'), name='told_by_name_or_not_needed_with_why')],
            },
        ),
    ]
