"""Searches for persons in the console had a log of their own; they are look-ups like the others, and stand among them.

The number, which that log kept sealed, is kept as a blind index only.
"""

from typing import Any

from django.db import migrations

from ankang.trust.keyring import keyring


def move(apps: Any, schema_editor: Any) -> None:
    """Each search becomes a look-up, with the duty that its reader has now, or the province where there is none."""
    search, look_up = apps.get_model("base", "PersonSearch"), apps.get_model("access", "LookUp")
    duties = {row.user_id: row for row in apps.get_model("base", "Duty").objects.order_by("-pk")}
    top = apps.get_model("base", "Region").objects.filter(parent=None).values_list("code", flat=True).first()
    rows = (
        look_up(
            at=row.at,
            by=row.by,
            by_name=row.by_name,
            role=duties[row.by].role if row.by in duties else "",
            region_id=duties[row.by].region_id if row.by in duties else top,
            purpose=row.purpose or "–",  # that log did not insist; this one does
            number_blind=keyring().blind("look_up", row.wanted.strip().upper()[:60]),
            outcome="found" if row.found else "nobody",
        )
        for row in search.objects.order_by("pk").iterator()
    )
    look_up.objects.bulk_create(rows, batch_size=1000)


class Migration(migrations.Migration):
    dependencies = [("access", "0003_row_security"), ("base", "0011_export_rows")]
    operations = [migrations.RunPython(move, migrations.RunPython.noop)]
