from django.db import migrations

CREATE = """
CREATE TABLE base_accessrecord (
    person bigint NOT NULL,
    id uuid NOT NULL,
    at timestamptz NOT NULL,
    reader bigint,
    reader_name text NOT NULL,
    duty text NOT NULL,
    purpose text NOT NULL,
    fields jsonb NOT NULL,
    PRIMARY KEY (person, id, at)
) PARTITION BY RANGE (at);
CREATE INDEX base_accessrecord_at ON base_accessrecord (at);
CREATE TABLE base_accessrecord_early PARTITION OF base_accessrecord
    FOR VALUES FROM (MINVALUE) TO ('2026-01-01T00:00:00Z');
"""


class Migration(migrations.Migration):
    dependencies = [("base", "0001_initial")]
    operations = [migrations.RunSQL(CREATE, "DROP TABLE base_accessrecord")]
