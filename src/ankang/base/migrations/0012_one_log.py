"""Searches for persons stand among the look-ups of ``access`` (access 0004 has moved them)."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("base", "0011_export_rows"), ("access", "0004_one_log")]
    operations = [migrations.DeleteModel(name="PersonSearch")]
