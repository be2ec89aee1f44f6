"""Ciphertext does not shrink: the database need not try."""

from django.db import migrations

EXTERNAL = "ALTER TABLE exchange_chunk ALTER COLUMN body SET STORAGE EXTERNAL"
EXTENDED = "ALTER TABLE exchange_chunk ALTER COLUMN body SET STORAGE EXTENDED"


class Migration(migrations.Migration):
    dependencies = [("exchange", "0001_initial")]
    operations = [migrations.RunSQL(EXTERNAL, EXTENDED)]
