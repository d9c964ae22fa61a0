from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations


class Migration(migrations.Migration):
    """Trigrams, for parts of names and ends of numbers; the owner of a database may make this extension."""

    dependencies = [("core", "0002_work")]
    operations = [TrigramExtension()]
