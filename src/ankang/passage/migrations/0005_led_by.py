from django.db import migrations


class Migration(migrations.Migration):
    """Whoever led a group in, by the pseudonym of the day. A column without a default: no row of the table is rewritten."""

    dependencies = [("passage", "0004_group")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE passage_visit ADD COLUMN led_by uuid",
            "ALTER TABLE passage_visit DROP COLUMN led_by",
        )
    ]
