"""Reads on record say which duty gave them, and stay as they were written: append-only by a trigger (GB/T 22239 level 3)."""

from django.db import migrations, models

GUARD = """
ALTER TABLE base_accessrecord
    ADD COLUMN role text NOT NULL DEFAULT '',
    ADD COLUMN region text NOT NULL DEFAULT '',
    ADD COLUMN office bigint;
CREATE INDEX base_accessrecord_by_reader ON base_accessrecord (reader, at);
CREATE FUNCTION base_keep_read() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'reads on record are append-only: % refused', TG_OP USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER base_accessrecord_append_only BEFORE UPDATE OR DELETE ON base_accessrecord
    FOR EACH ROW EXECUTE FUNCTION base_keep_read();
"""
UNGUARD = """
DROP TRIGGER base_accessrecord_append_only ON base_accessrecord;
DROP FUNCTION base_keep_read;
DROP INDEX base_accessrecord_by_reader;
ALTER TABLE base_accessrecord DROP COLUMN role, DROP COLUMN region, DROP COLUMN office;
"""


class Migration(migrations.Migration):
    dependencies = [("base", "0008_answered_once")]
    operations = [
        migrations.RunSQL(
            GUARD,
            UNGUARD,
            state_operations=[
                migrations.AddField("accessrecord", "role", models.TextField(default="", verbose_name="role")),
                migrations.AddField("accessrecord", "region", models.TextField(default="", verbose_name="region")),
                migrations.AddField("accessrecord", "office", models.BigIntegerField(null=True, verbose_name="office")),
            ],
        )
    ]
