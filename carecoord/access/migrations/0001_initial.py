import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

import carecoord.clock


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('sites', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('email', models.EmailField(max_length=254, unique=True, verbose_name='work e-mail')),
                ('name', models.CharField(help_text='As colleagues write it: A. Reid', max_length=120, verbose_name='name')),
                ('is_active', models.BooleanField(default=True, verbose_name='can sign in')),
                ('created_at', models.DateTimeField(default=carecoord.clock.now, editable=False)),
            ],
            options={
                'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('email'), name='one_account_per_email')],
            },
        ),
        migrations.CreateModel(
            name='Team',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=40)),
                ('name', models.CharField(max_length=120)),
                ('kind', models.CharField(choices=[('caseload', 'Specialist midwifery'), ('ward', 'Ward'), ('drug_service', 'Drug service'), ('health_visiting', 'Health visiting'), ('partner', 'Partner team'), ('management', 'Management')], max_length=20)),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='teams', to='sites.site')),
            ],
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('specialist_midwife', 'Specialist midwife'), ('midwife', 'Midwife'), ('ward_midwife', 'Ward midwife'), ('ward_coordinator', 'Ward coordinator'), ('labour_ward_coordinator', 'Labour-ward coordinator'), ('obstetric_doctor', 'Obstetric doctor'), ('neonatal_team', 'Neonatal team'), ('anaesthetist', 'Obstetric anaesthetist'), ('pharmacist', 'Ward pharmacist'), ('ost_prescriber', 'Drug-service prescriber'), ('drug_service_keyworker', 'Drug-service keyworker'), ('community_pharmacist', 'Community pharmacist'), ('health_visitor', 'Health visitor'), ('gp', 'GP'), ('perinatal_mental_health', 'Perinatal mental health'), ('safeguarding_midwife', 'Safeguarding midwife'), ('social_worker', 'Social worker'), ('bereavement_lead', 'Bereavement lead'), ('service_manager', 'Service manager'), ('site_administrator', 'Site administrator'), ('privacy_officer', 'Privacy officer')], max_length=40)),
                ('starts_on', models.DateField(default=carecoord.clock.today)),
                ('ends_on', models.DateField(blank=True, null=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to=settings.AUTH_USER_MODEL)),
                ('team', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='access.team')),
            ],
        ),
        migrations.AddConstraint(
            model_name='team',
            constraint=models.UniqueConstraint(models.F('site'), models.F('code'), name='team_code_once_per_site'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.UniqueConstraint(models.F('user'), models.F('team'), models.F('role'), models.F('starts_on'), name='membership_once'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on', None), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='membership_ends_after_it_starts'),
        ),
    ]
