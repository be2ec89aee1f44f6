"""What a city asks for becomes public when the province has read it; whoever answered before had read it too."""

from typing import Any

from django.db import migrations, models
from django.db.models import F, Q


def answered_were_read(apps: Any, schema_editor: Any) -> None:
    """The answer proves the reading."""
    rows = apps.get_model("places", "PolicyRequest").objects.exclude(state="open")
    rows.update(read_at=F("answered_at"), read_by=F("answered_by"))


class Migration(migrations.Migration):
    dependencies = [("places", "0004_device_reports")]

    operations = [
        migrations.AddField("policyrequest", "read_by", models.BigIntegerField(null=True)),
        migrations.AddField("policyrequest", "read_at", models.DateTimeField(null=True, verbose_name="read by the province at")),
        migrations.AddField(
            "policyrequest",
            "withheld",
            models.TextField(blank=True, db_default="", default="", verbose_name="why the words are not public"),
        ),
        migrations.RunPython(answered_were_read, migrations.RunPython.noop),
        migrations.AddConstraint(
            "policyrequest",
            models.CheckConstraint(
                condition=Q(read_at__isnull=False) | Q(state="open", withheld=""), name="places_policyrequest_read_before_answered"
            ),
        ),
    ]
