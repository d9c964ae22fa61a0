from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import migrations
from django.db.models.functions import Upper


class Migration(migrations.Migration):
    """Trigrams of what is searched: the shops and places of alerts."""

    dependencies = [("core", "0003_trigrams"), ("alerts", "0003_work")]
    operations = [
        migrations.AddIndex(
            model_name='alert',
            index=GinIndex(fields=['subject'], name='alerts_alert_subject_end', opclasses=['gin_trgm_ops']),
        ),
        migrations.AddIndex(
            model_name='alert',
            index=GinIndex(OpClass(Upper('shop_name'), name='gin_trgm_ops'), name='alerts_alert_shop'),
        ),
        migrations.AddIndex(
            model_name='alert',
            index=GinIndex(OpClass(Upper('address'), name='gin_trgm_ops'), name='alerts_alert_address'),
        ),
    ]
