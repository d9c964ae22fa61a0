import django.db.models.deletion
from django.db import migrations, models

_WORK_OF_EACH = """insert into core_work (id, created_at, task, about, asked_by_id, state, step, done, total, turn, deaths, cancel_asked,
        error, begun_at, ended_at)
    select id, created_at, 'alerts.run', day::text, asked_by_id, case when state in ('waiting', 'running') then 'failed' else state end,
        '', 0, 0, 0, 0, false, case when state in ('waiting', 'running') then '升级时中断；请重新发起。' else error end,
        started_at, coalesce(finished_at, now())
    from alerts_run;
update alerts_run set work_id = id;
set constraints all immediate;"""


class Migration(migrations.Migration):
    """A run is work that waits."""

    dependencies = [
        ('alerts', '0002_whereabouts'),
        ('core', '0002_work'),
    ]

    operations = [
        migrations.AddField('run', 'work', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.work')),
        migrations.RunSQL(_WORK_OF_EACH, migrations.RunSQL.noop),
        migrations.AlterField('run', 'work', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.work')),
        migrations.RemoveConstraint('run', 'alerts_run_one_open_a_day'),
        migrations.RemoveField('run', 'asked_by_id'),
        migrations.RemoveField('run', 'state'),
        migrations.RemoveField('run', 'step'),
        migrations.RemoveField('run', 'error'),
        migrations.RemoveField('run', 'started_at'),
        migrations.RemoveField('run', 'seen_at'),
        migrations.RemoveField('run', 'finished_at'),
    ]
