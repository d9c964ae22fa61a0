import django.db.models.deletion
from django.db import migrations, models

import zhuanmai.core.clock
import zhuanmai.core.ids

_WORK_OF_EACH = """insert into core_work (id, created_at, task, about, asked_by_id, state, step, done, total, turn, deaths, cancel_asked,
        error, begun_at, ended_at)
    select id, created_at, 'core.backup', 'backup', asked_by_id, case when state in ('waiting', 'running') then 'failed' else state end,
        '', 0, 0, 0, 0, false, case when state in ('waiting', 'running') then '升级时中断；请重新发起。' else error end,
        created_at, coalesce(finished_at, now())
    from core_backup;
update core_backup set work_id = id;
set constraints all immediate;"""


class Migration(migrations.Migration):
    """One row for what waits; backups keep only what is theirs."""

    dependencies = [
        ('core', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Work',
            fields=[
                ('id', models.UUIDField(default=zhuanmai.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=zhuanmai.core.clock.now, editable=False)),
                ('task', models.CharField(max_length=80)),
                ('about', models.CharField(blank=True, max_length=80)),
                ('asked_by_id', models.UUIDField(null=True)),
                ('job_id', models.BigIntegerField(null=True, unique=True)),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('running', 'Running'), ('done', 'Done'), ('failed', 'Failed'), ('cancelled', 'Cancelled')], default='waiting', max_length=10)),
                ('step', models.CharField(blank=True, max_length=20)),
                ('done', models.BigIntegerField(default=0)),
                ('total', models.BigIntegerField(default=0)),
                ('turn', models.PositiveIntegerField(default=0)),
                ('deaths', models.PositiveSmallIntegerField(default=0)),
                ('cancel_asked', models.BooleanField(default=False)),
                ('error', models.CharField(blank=True, max_length=300)),
                ('alive_at', models.DateTimeField(null=True)),
                ('begun_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state__in', ('waiting', 'running'))), fields=['task'], name='core_work_open')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ('waiting', 'running')), models.Q(('about', ''), _negated=True)), fields=('task', 'about'), name='core_work_one_open')],
            },
        ),
        migrations.AddField('backup', 'work', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.work')),
        migrations.RunSQL(_WORK_OF_EACH, migrations.RunSQL.noop),
        migrations.AlterField('backup', 'work', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.work')),
        migrations.RemoveField('backup', 'asked_by_id'),
        migrations.RemoveField('backup', 'state'),
        migrations.RemoveField('backup', 'finished_at'),
        migrations.RemoveField('backup', 'error'),
    ]
