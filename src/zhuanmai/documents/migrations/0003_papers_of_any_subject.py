"""A document belongs to a subject of any kind; a set of papers that is made has a row of its own."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
import zhuanmai.core.clock
import zhuanmai.core.ids
from django.db import migrations, models


def must_be_empty(apps, schema_editor):
    """Refuse where documents are kept: the ledger vouches for their rows under the old names of their columns."""
    if apps.get_model("documents", "Document").objects.exists():
        raise RuntimeError("本库有旧版的文书记录，不能升级到本版；演示库请删除后重新运行 make demo。")


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0002_work'),
        ('documents', '0002_signatures_of_officers'),
    ]

    operations = [
        migrations.RunPython(must_be_empty, migrations.RunPython.noop),
        migrations.CreateModel(
            name='Making',
            fields=[
                ('id', models.UUIDField(default=zhuanmai.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=zhuanmai.core.clock.now, editable=False)),
                ('subject_kind', models.CharField(max_length=40)),
                ('subject_id', models.UUIDField()),
                ('outcomes', models.JSONField(default=list)),
                ('work', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.work')),
            ],
            options={
                'ordering': ['-created_at'],
                'abstract': False,
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='document',
            name='what_it_is',
        ),
        migrations.RemoveConstraint(
            model_name='document',
            name='documents_document_once',
        ),
        migrations.RenameField(model_name='document', old_name='case_id', new_name='subject_id'),
        migrations.AlterField(model_name='document', name='subject_id', field=models.UUIDField()),
        migrations.AddField(
            model_name='document',
            name='subject_kind',
            field=models.CharField(default='case', max_length=40),
            preserve_default=False,
        ),
        migrations.AddIndex(
            model_name='document',
            index=models.Index(fields=['subject_kind', 'subject_id'], name='documents_document_of_subject'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='document',
            trigger=pgtrigger.compiler.Trigger(name='what_it_is', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."subject_kind" IS DISTINCT FROM (NEW."subject_kind") OR OLD."subject_id" IS DISTINCT FROM (NEW."subject_id") OR OLD."unit_id" IS DISTINCT FROM (NEW."unit_id") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."key" IS DISTINCT FROM (NEW."key"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='5c06c36e96a753f45e5a3b12c891b3b6b571c2af', operation='UPDATE', pgid='pgtrigger_what_it_is_a7a68', table='documents_document', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='document',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'void'), _negated=True), fields=('subject_kind', 'subject_id', 'kind', 'key'), name='documents_document_once'),
        ),
        migrations.AddIndex(
            model_name='making',
            index=models.Index(fields=['subject_kind', 'subject_id', '-created_at'], name='documents_making_newest'),
        ),
    ]
