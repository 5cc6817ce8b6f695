import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.comparison
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('pathways', '0029_messages_go_out'),
        ('sites', '0001_initial'),
    ]

    operations = [
        BtreeGistExtension(),
        migrations.CreateModel(
            name='CaseCount',
            fields=[
                ('journey', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='pathways.journey')),
                ('units', models.JSONField(default=list)),
                ('counted_until', models.DateTimeField()),
                ('next_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('next_at__isnull', False)), fields=['next_at'], name='case_counts_to_come')],
            },
        ),
        migrations.CreateModel(
            name='ToCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('journey', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='pathways.journey')),
            ],
            options={
                'verbose_name_plural': 'to count',
            },
        ),
        migrations.CreateModel(
            name='Told',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('of_table', models.CharField(max_length=40)),
                ('until', models.DateField()),
                ('told_at', models.DateTimeField()),
            ],
            options={
                'verbose_name_plural': 'told',
                'constraints': [models.UniqueConstraint(models.F('of_table'), models.F('until'), name='each_step_is_taken_once')],
            },
        ),
        migrations.CreateModel(
            name='Block',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('of_table', models.CharField(max_length=40)),
                ('since', models.DateField()),
                ('until', models.DateField()),
                ('groups', django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), null=True, size=None)),
                ('parts', django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), null=True, size=None)),
                ('missing', models.IntegerField(null=True)),
                ('spread', django.contrib.postgres.fields.ArrayField(base_field=models.FloatField(), null=True, size=3)),
                ('site', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sites.site')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('until__gt', models.F('since'))), name='a_block_has_a_length'), models.CheckConstraint(condition=models.Q(('groups__isnull', False), ('parts__isnull', True), _connector='OR'), name='parts_are_told_with_their_groups'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('of_table', '='), (django.db.models.functions.comparison.Coalesce('site', models.Value(0), output_field=models.BigIntegerField()), '='), (models.Func('since', 'until', function='daterange'), '&&')], name='nothing_is_told_twice')],
            },
        ),
        migrations.CreateModel(
            name='Cell',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('of_table', models.CharField(help_text='M01.booked', max_length=40)),
                ('month', models.DateField()),
                ('part', models.SmallIntegerField()),
                ('value', models.IntegerField(default=-1)),
                ('count', models.IntegerField(default=0)),
                ('women', models.IntegerField(default=0)),
                ('site', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sites.site')),
            ],
            options={
                'constraints': [models.UniqueConstraint(models.F('of_table'), models.F('site'), models.F('month'), models.F('part'), models.F('value'), name='one_cell_of_each'), models.CheckConstraint(condition=models.Q(('count__gte', models.F('women')), ('women__gte', 0)), name='a_cell_counts_up')],
            },
        ),
        migrations.CreateModel(
            name='Standing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('of_table', models.CharField(max_length=40)),
                ('since', models.DateField()),
                ('until', models.DateField()),
                ('hidden_months', models.SmallIntegerField(default=0)),
                ('missing', models.IntegerField(null=True)),
                ('spread', django.contrib.postgres.fields.ArrayField(base_field=models.FloatField(), null=True, size=3)),
                ('lines', models.JSONField(default=dict)),
                ('site', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sites.site')),
            ],
            options={
                'constraints': [models.UniqueConstraint(models.F('of_table'), models.F('site'), name='one_standing_of_each', nulls_distinct=False)],
            },
        ),
    ]
