from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("enforcement", "0009_goods_kinds")]

    operations = [migrations.RenameField("photo", "stamped_sha256", "shown_sha256")]
