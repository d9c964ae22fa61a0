"""Approvals are a room of their own: the case's own tables go. Rows under the ledger cannot be moved behind its back."""

from django.db import migrations


def must_be_empty(apps, schema_editor):
    """Refuse where approvals were kept: the ledger vouches for them under their old names."""
    for name in ("Approval", "OralApproval"):
        if apps.get_model("enforcement", name).objects.exists():
            raise RuntimeError("本库有旧版的审批记录，不能升级到本版；演示库请删除后重新运行 make demo。")


class Migration(migrations.Migration):
    dependencies = [("enforcement", "0002_handed_over"), ("approvals", "0001_initial")]

    operations = [
        migrations.RunPython(must_be_empty, migrations.RunPython.noop),
        migrations.RemoveField(model_name="oralapproval", name="by"),
        migrations.RemoveField(model_name="oralapproval", name="case"),
        migrations.DeleteModel(name="Approval"),
        migrations.DeleteModel(name="OralApproval"),
    ]
