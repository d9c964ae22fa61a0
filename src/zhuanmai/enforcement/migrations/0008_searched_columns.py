from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import migrations
from django.db.models.functions import Upper


class Migration(migrations.Migration):
    """Trigrams of what is searched: numbers, parties, places, barcodes and carton codes."""

    dependencies = [("core", "0003_trigrams"), ("enforcement", "0007_field_log")]
    operations = [
        migrations.AddIndex(
            model_name='cartoncoderead',
            index=GinIndex(fields=['row1'], name='enforcement_code_row_1', opclasses=['gin_trgm_ops']),
        ),
        migrations.AddIndex(
            model_name='cartoncoderead',
            index=GinIndex(fields=['row2'], name='enforcement_code_row_2', opclasses=['gin_trgm_ops']),
        ),
        migrations.AddIndex(
            model_name='cartoncoderead',
            index=GinIndex(fields=['licence_no'], name='enforcement_code_licence', opclasses=['gin_trgm_ops']),
        ),
        migrations.AddIndex(
            model_name='case',
            index=GinIndex(fields=['clue_no'], name='enforcement_case_clue_part', opclasses=['gin_trgm_ops']),
        ),
        migrations.AddIndex(
            model_name='case',
            index=GinIndex(fields=['number'], name='enforcement_case_number_part', opclasses=['gin_trgm_ops']),
        ),
        migrations.AddIndex(
            model_name='inspection',
            index=GinIndex(OpClass(Upper('shop_name'), name='gin_trgm_ops'), name='enforcement_visit_shop'),
        ),
        migrations.AddIndex(
            model_name='inspection',
            index=GinIndex(OpClass(Upper('address'), name='gin_trgm_ops'), name='enforcement_visit_address'),
        ),
        migrations.AddIndex(
            model_name='itemline',
            index=GinIndex(fields=['barcode'], name='enforcement_line_barcode', opclasses=['gin_trgm_ops']),
        ),
        migrations.AddIndex(
            model_name='party',
            index=GinIndex(OpClass(Upper('name'), name='gin_trgm_ops'), name='enforcement_party_name'),
        ),
        migrations.AddIndex(
            model_name='party',
            index=GinIndex(fields=['id_no'], name='enforcement_party_id', opclasses=['gin_trgm_ops']),
        ),
        migrations.AddIndex(
            model_name='party',
            index=GinIndex(fields=['phone'], name='enforcement_party_phone', opclasses=['gin_trgm_ops']),
        ),
        migrations.AddIndex(
            model_name='party',
            index=GinIndex(fields=['licence_no'], name='enforcement_party_licence', opclasses=['gin_trgm_ops']),
        ),
    ]
