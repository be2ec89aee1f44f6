
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('health', '0003_zones'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='area',
            options={'verbose_name': 'area', 'verbose_name_plural': 'areas'},
        ),
        migrations.AddField(
            model_name='area',
            name='declared_by',
            field=models.TextField(default='', verbose_name='declared by'),
        ),
        migrations.AddField(
            model_name='area',
            name='lift_until',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='area',
            name='lifted_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='area',
            name='recorded_at',
            field=models.DateTimeField(null=True, verbose_name='recorded at'),
        ),
        migrations.AddField(
            model_name='area',
            name='state',
            field=models.TextField(choices=[('pending', 'waiting for approval'), ('in_force', 'in force'), ('rejected', 'rejected'), ('withdrawn', 'withdrawn')], default='in_force', verbose_name='state'),
        ),
        migrations.AddField(
            model_name='area',
            name='until_before',
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name='area',
            name='code',
            field=models.TextField(verbose_name='region code'),
        ),
        migrations.AlterField(
            model_name='area',
            name='level',
            field=models.TextField(choices=[('low', 'low'), ('medium', 'medium'), ('high', 'high'), ('severe', 'severe'), ('prevention', 'prevention'), ('control', 'control'), ('sealed', 'sealed')], verbose_name='level'),
        ),
        migrations.AlterField(
            model_name='area',
            name='name',
            field=models.TextField(verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='area',
            name='since',
            field=models.DateTimeField(verbose_name='since'),
        ),
        migrations.AlterField(
            model_name='area',
            name='source',
            field=models.TextField(verbose_name='document'),
        ),
        migrations.AlterField(
            model_name='area',
            name='until',
            field=models.DateTimeField(blank=True, null=True, verbose_name='until'),
        ),
        migrations.CreateModel(
            name='DryRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.TextField(choices=[('waiting', 'waiting'), ('running', 'running'), ('stopped', 'stopped'), ('finished', 'finished'), ('failed', 'failed')], default='waiting', verbose_name='state')),
                ('total', models.BigIntegerField(default=0)),
                ('done', models.BigIntegerField(default=0)),
                ('cursor', models.BigIntegerField(default=0)),
                ('stop_wanted', models.BooleanField(default=False)),
                ('asked_by_name', models.TextField(default='', verbose_name='asked by')),
                ('asked_at', models.DateTimeField(verbose_name='asked at')),
                ('started_at', models.DateTimeField(null=True)),
                ('finished_at', models.DateTimeField(null=True)),
                ('busy_seconds', models.FloatField(default=0)),
                ('fault', models.TextField(blank=True, default='')),
                ('subject', models.TextField()),
                ('reference', models.TextField()),
                ('digest', models.BinaryField()),
                ('text', models.TextField(default='')),
                ('moment', models.DateTimeField(verbose_name='for the moment')),
                ('result', models.JSONField(default=dict)),
                ('sample', models.JSONField(default=list)),
                ('alarm', models.JSONField(null=True)),
            ],
            options={
                'verbose_name': 'dry run',
                'verbose_name_plural': 'dry runs',
                'db_table': 'health_dryrun',
                'indexes': [models.Index(fields=['subject', 'reference', '-asked_at'], name='health_dryrun_by_subject')],
            },
        ),
        migrations.CreateModel(
            name='Recolouring',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.TextField(choices=[('waiting', 'waiting'), ('running', 'running'), ('stopped', 'stopped'), ('finished', 'finished'), ('failed', 'failed')], default='waiting', verbose_name='state')),
                ('total', models.BigIntegerField(default=0)),
                ('done', models.BigIntegerField(default=0)),
                ('cursor', models.BigIntegerField(default=0)),
                ('stop_wanted', models.BooleanField(default=False)),
                ('asked_by_name', models.TextField(default='', verbose_name='asked by')),
                ('asked_at', models.DateTimeField(verbose_name='asked at')),
                ('started_at', models.DateTimeField(null=True)),
                ('finished_at', models.DateTimeField(null=True)),
                ('busy_seconds', models.FloatField(default=0)),
                ('fault', models.TextField(blank=True, default='')),
                ('cause', models.TextField(verbose_name='cause')),
                ('reference', models.TextField()),
                ('changed', models.BigIntegerField(default=0, verbose_name='changed colour')),
            ],
            options={
                'verbose_name': 'recolouring',
                'verbose_name_plural': 'recolourings',
                'db_table': 'health_recolouring',
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ['finished', 'failed']), _negated=True), fields=('cause', 'reference'), name='health_recolouring_one_open')],
            },
        ),
        migrations.CreateModel(
            name='Statement',
            fields=[
                ('pk', models.CompositePrimaryKey('person', 'id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('person', models.BigIntegerField()),
                ('id', models.UUIDField()),
                ('digest', models.BinaryField()),
                ('document', models.TextField()),
                ('signature', models.BinaryField()),
                ('kid', models.SmallIntegerField()),
                ('made_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'health_statement',
                'constraints': [models.UniqueConstraint(fields=('person', 'digest'), name='health_statement_once')],
            },
        ),
        migrations.CreateModel(
            name='RuleRelease',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.TextField(verbose_name='name')),
                ('version', models.IntegerField(verbose_name='version')),
                ('text', models.TextField()),
                ('digest', models.BinaryField()),
                ('state', models.TextField(choices=[('draft', 'draft'), ('submitted', 'submitted'), ('approved', 'approved, not yet in force'), ('published', 'in force'), ('superseded', 'superseded'), ('rejected', 'rejected'), ('withdrawn', 'withdrawn')], default='draft', verbose_name='state')),
                ('region', models.TextField(verbose_name='proposed by region')),
                ('author', models.BigIntegerField(null=True)),
                ('author_name', models.TextField(verbose_name='author')),
                ('note', models.TextField(blank=True, default='', verbose_name='what changes and why')),
                ('revision', models.IntegerField(default=1)),
                ('created_at', models.DateTimeField(verbose_name='begun')),
                ('updated_at', models.DateTimeField(verbose_name='last changed')),
                ('wanted_at', models.DateTimeField(null=True, verbose_name='wanted moment of effect')),
                ('submitted_at', models.DateTimeField(null=True)),
                ('approval', models.BigIntegerField(null=True)),
                ('effective_at', models.DateTimeField(null=True, verbose_name='in force from')),
                ('signature', models.BinaryField(null=True)),
                ('kid', models.SmallIntegerField(null=True)),
                ('base', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='health.rulerelease')),
            ],
            options={
                'verbose_name': 'rule set',
                'verbose_name_plural': 'rule sets',
                'db_table': 'health_rulerelease',
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ['submitted', 'approved', 'published', 'superseded'])), fields=('name', 'version'), name='health_rulerelease_version_once'), models.UniqueConstraint(condition=models.Q(('state__in', ['approved', 'published', 'superseded'])), fields=('effective_at',), name='health_rulerelease_moment_once'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['approved', 'published', 'superseded']), _negated=True), models.Q(('effective_at__isnull', False), ('kid__isnull', False), ('signature__isnull', False)), _connector='OR'), name='health_rulerelease_approved_is_signed'), models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'submitted', 'approved', 'published', 'superseded', 'rejected', 'withdrawn'])), name='health_rulerelease_known_state')],
            },
        ),
    ]
