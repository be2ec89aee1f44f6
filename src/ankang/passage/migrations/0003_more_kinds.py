"""Visits may be of more kinds than three (core.verdicts.VisitKind). The new bound is wider, so no row is looked at."""

from django.db import migrations

WIDER = """
ALTER TABLE passage_visit DROP CONSTRAINT passage_visit_kind_check;
ALTER TABLE passage_visit ADD CONSTRAINT passage_visit_kind_check CHECK (kind BETWEEN 1 AND 15) NOT VALID;
"""
NARROWER = """
ALTER TABLE passage_visit DROP CONSTRAINT passage_visit_kind_check;
ALTER TABLE passage_visit ADD CONSTRAINT passage_visit_kind_check CHECK (kind BETWEEN 1 AND 3) NOT VALID;
"""


class Migration(migrations.Migration):
    dependencies = [("passage", "0002_list_head")]
    operations = [migrations.RunSQL(WIDER, NARROWER)]
