from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import migrations
from django.db.models.functions import Upper


class Migration(migrations.Migration):
    """Trigrams of what is searched: barcodes, and the numbers, shops and holders of the register."""

    dependencies = [("core", "0003_trigrams"), ("reference", "0001_initial")]
    operations = [
        migrations.AddIndex(
            model_name='barcode',
            index=GinIndex(fields=['code'], name='reference_barcode_end', opclasses=['gin_trgm_ops']),
        ),
        migrations.AddIndex(
            model_name='licensee',
            index=GinIndex(fields=['licence_no'], name='reference_licensee_licence', opclasses=['gin_trgm_ops']),
        ),
        migrations.AddIndex(
            model_name='licensee',
            index=GinIndex(fields=['holder_id'], name='reference_licensee_id', opclasses=['gin_trgm_ops']),
        ),
        migrations.AddIndex(
            model_name='licensee',
            index=GinIndex(fields=['phone'], name='reference_licensee_phone', opclasses=['gin_trgm_ops']),
        ),
        migrations.AddIndex(
            model_name='licensee',
            index=GinIndex(OpClass(Upper('shop_name'), name='gin_trgm_ops'), name='reference_licensee_shop'),
        ),
        migrations.AddIndex(
            model_name='licensee',
            index=GinIndex(OpClass(Upper('address'), name='gin_trgm_ops'), name='reference_licensee_address'),
        ),
        migrations.AddIndex(
            model_name='licensee',
            index=GinIndex(OpClass(Upper('holder_name'), name='gin_trgm_ops'), name='reference_licensee_holder'),
        ),
    ]
