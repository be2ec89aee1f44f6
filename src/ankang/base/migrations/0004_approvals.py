
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('base', '0003_sign_in_failures'),
    ]

    operations = [
        migrations.CreateModel(
            name='Approval',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subject', models.TextField(verbose_name='subject')),
                ('reference', models.TextField()),
                ('digest', models.BinaryField()),
                ('summary', models.JSONField(verbose_name='what it is about')),
                ('permission', models.TextField()),
                ('other_organisation', models.BooleanField(default=False)),
                ('needed', models.SmallIntegerField(default=1)),
                ('alarm', models.JSONField(null=True)),
                ('state', models.TextField(choices=[('pending', 'waiting for a decision'), ('approved', 'approved'), ('rejected', 'rejected'), ('withdrawn', 'withdrawn')], default='pending', verbose_name='state')),
                ('asked_by', models.BigIntegerField()),
                ('asked_by_name', models.TextField(verbose_name='asked by')),
                ('asked_organisations', models.JSONField(default=list)),
                ('asked_at', models.DateTimeField(verbose_name='asked at')),
                ('note', models.TextField(blank=True, default='')),
                ('closed_at', models.DateTimeField(null=True)),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='base.region', verbose_name='region')),
            ],
            options={
                'verbose_name': 'approval',
                'verbose_name_plural': 'approvals',
                'db_table': 'base_approval',
            },
        ),
        migrations.CreateModel(
            name='Decision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('maker', models.BigIntegerField()),
                ('by', models.BigIntegerField()),
                ('by_name', models.TextField()),
                ('organisations', models.JSONField(default=list)),
                ('yes', models.BooleanField()),
                ('reason', models.TextField(default='')),
                ('at', models.DateTimeField()),
                ('approval', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='base.approval')),
            ],
            options={
                'db_table': 'base_decision',
            },
        ),
        migrations.AddIndex(
            model_name='approval',
            index=models.Index(fields=['state', '-asked_at'], name='base_approval_by_state'),
        ),
        migrations.AddConstraint(
            model_name='approval',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'pending')), fields=('subject', 'reference'), name='base_approval_one_pending'),
        ),
        migrations.AddConstraint(
            model_name='approval',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at', None), ('state', 'pending')), models.Q(models.Q(('state', 'pending'), _negated=True), ('closed_at__isnull', False)), _connector='OR'), name='base_approval_closed_when_decided'),
        ),
        migrations.AddConstraint(
            model_name='approval',
            constraint=models.CheckConstraint(condition=models.Q(('needed__in', [1, 2])), name='base_approval_one_or_two'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.UniqueConstraint(fields=('approval', 'by'), name='base_decision_once_a_person'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(('by', models.F('maker')), _negated=True), name='base_decision_not_by_the_maker'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(('yes', True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='base_decision_no_says_why'),
        ),
    ]
