"""Items stay append-only, but those of a person who is erased may go (PIPL art. 47)."""

from django.db import migrations

GUARD = """
CREATE OR REPLACE FUNCTION archive_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND EXISTS (SELECT FROM people_person WHERE id = OLD.person AND applied_via = 'erased') THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'items of the archive are append-only: % refused', TG_OP USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""
BEFORE = """
CREATE OR REPLACE FUNCTION archive_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'items of the archive are append-only: % refused', TG_OP USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("archive", "0002_append_only"), ("people", "0009_carrier_run_done")]
    operations = [migrations.RunSQL(GUARD, BEFORE)]
