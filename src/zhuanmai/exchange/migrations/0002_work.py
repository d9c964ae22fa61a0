import django.db.models.deletion
from django.db import migrations, models

_WORK_OF_EACH = """insert into core_work (id, created_at, task, about, asked_by_id, state, step, done, total, turn, deaths, cancel_asked,
        error, begun_at, ended_at)
    select id, created_at, 'exchange.reconcile', partner, asked_by_id, case when state in ('waiting', 'running') then 'failed' else state end,
        '', 0, 0, 0, 0, false, case when state in ('waiting', 'running') then '升级时中断；请重新发起。' else error end,
        created_at, coalesce(finished_at, now())
    from exchange_reconciliation;
update exchange_reconciliation set work_id = id;
set constraints all immediate;"""


class Migration(migrations.Migration):
    """A reconciliation is work that waits."""

    dependencies = [
        ('core', '0002_work'),
        ('exchange', '0001_initial'),
    ]

    operations = [
        migrations.AddField('reconciliation', 'work', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.work')),
        migrations.RunSQL(_WORK_OF_EACH, migrations.RunSQL.noop),
        migrations.AlterField('reconciliation', 'work', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.work')),
        migrations.RemoveField('reconciliation', 'asked_by_id'),
        migrations.RemoveField('reconciliation', 'state'),
        migrations.RemoveField('reconciliation', 'finished_at'),
        migrations.RemoveField('reconciliation', 'error'),
    ]
