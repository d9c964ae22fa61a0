import django.db.models.deletion
from django.db import migrations, models

_WORK_OF_EACH = """insert into core_work (id, created_at, task, about, asked_by_id, state, step, done, total, turn, deaths, cancel_asked,
        error, begun_at, ended_at)
    select id, created_at, 'lake.import', id::text, asked_by_id, case when state in ('waiting', 'running') then 'failed' else state end,
        '', 0, 0, 0, 0, false, case when state in ('waiting', 'running') then '升级时中断；请重新发起。' else error end,
        started_at, coalesce(finished_at, now())
    from lake_import;
update lake_import set work_id = id;
set constraints all immediate;"""


class Migration(migrations.Migration):
    """An import is work that waits."""

    dependencies = [
        ('core', '0002_work'),
        ('lake', '0001_initial'),
    ]

    operations = [
        migrations.AddField('import', 'work', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.work')),
        migrations.RunSQL(_WORK_OF_EACH, migrations.RunSQL.noop),
        migrations.AlterField('import', 'work', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.work')),
        migrations.RemoveIndex('import', 'lake_import_open'),
        migrations.RemoveField('import', 'asked_by_id'),
        migrations.RemoveField('import', 'state'),
        migrations.RemoveField('import', 'cancel_asked'),
        migrations.RemoveField('import', 'step'),
        migrations.RemoveField('import', 'done'),
        migrations.RemoveField('import', 'total'),
        migrations.RemoveField('import', 'error'),
        migrations.RemoveField('import', 'started_at'),
        migrations.RemoveField('import', 'seen_at'),
        migrations.RemoveField('import', 'finished_at'),
    ]
