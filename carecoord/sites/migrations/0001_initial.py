from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Site',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=8, unique=True)),
                ('name', models.CharField(max_length=120)),
                ('nation', models.CharField(choices=[('ENG', 'England'), ('SCO', 'Scotland')], max_length=3)),
            ],
            options={
                'ordering': ['code'],
            },
        ),
    ]
