"""Laboratory numbers can be found: one number stands for one result. Only tests that have one are in the index."""

from django.db import migrations

INDEX = """
CREATE INDEX health_evidence_number ON health_evidence ((attributes->>'number')) WHERE attributes->>'number' IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [("health", "0005_guards")]
    operations = [migrations.RunSQL(INDEX, "DROP INDEX health_evidence_number")]
