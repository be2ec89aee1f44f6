"""The big tables, partitioned by month from the first day (Citus can carry them: every key holds the person), and the
guard that makes them append-only. Why a trigger, and why only for UPDATE and DELETE: health/README.md.
"""

from django.db import migrations

EVIDENCE = """
CREATE TABLE health_evidence (
    person bigint NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL CHECK (kind <> ''),
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    source jsonb NOT NULL CHECK (jsonb_typeof(source) = 'object' AND source <> '{}'),
    attributes jsonb NOT NULL CHECK (jsonb_typeof(attributes) = 'object'),
    PRIMARY KEY (person, id, recorded_at)
) PARTITION BY RANGE (recorded_at);
CREATE TABLE health_evidence_early PARTITION OF health_evidence
    FOR VALUES FROM (MINVALUE) TO ('2026-01-01T00:00:00Z');
"""

CHANGE = """
CREATE TABLE health_colourchange (
    seq bigint NOT NULL CHECK (seq > 0),
    person bigint NOT NULL,
    old smallint CHECK (old BETWEEN 0 AND 3),
    new smallint NOT NULL CHECK (new BETWEEN 0 AND 3),
    since timestamptz NOT NULL,
    until timestamptz,
    at timestamptz NOT NULL,
    PRIMARY KEY (person, seq, at),
    CONSTRAINT health_colourchange_is_one CHECK (old IS DISTINCT FROM new)
) PARTITION BY RANGE (at);
CREATE INDEX health_colourchange_seq ON health_colourchange (seq);
CREATE TABLE health_colourchange_early PARTITION OF health_colourchange
    FOR VALUES FROM (MINVALUE) TO ('2026-01-01T00:00:00Z');
"""

GUARD = """
CREATE FUNCTION health_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER health_evidence_append_only BEFORE UPDATE OR DELETE ON health_evidence
    FOR EACH ROW EXECUTE FUNCTION health_refuse_change();
CREATE TRIGGER health_colourchange_append_only BEFORE UPDATE OR DELETE ON health_colourchange
    FOR EACH ROW EXECUTE FUNCTION health_refuse_change();
CREATE TRIGGER health_retraction_append_only BEFORE UPDATE OR DELETE ON health_retraction
    FOR EACH ROW EXECUTE FUNCTION health_refuse_change();
"""
UNGUARD = "DROP TRIGGER health_retraction_append_only ON health_retraction; DROP FUNCTION health_refuse_change CASCADE"


class Migration(migrations.Migration):
    dependencies = [("health", "0001_initial")]
    operations = [
        migrations.RunSQL(EVIDENCE, "DROP TABLE health_evidence"),
        migrations.RunSQL(CHANGE, "DROP TABLE health_colourchange"),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
