"""Room in every page of the colours: a row whose reasons change stays on its page, and no index is touched."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("health", "0006_lab_numbers")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE health_colour SET (fillfactor = 80)", "ALTER TABLE health_colour RESET (fillfactor)"
        )
    ]
