"""What an office said is never changed and never deleted: a correction is a new item (GB/T 35273 8.2)."""

from django.db import migrations

GUARD = """
CREATE FUNCTION archive_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'items of the archive are append-only: % refused', TG_OP USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER archive_item_append_only BEFORE UPDATE OR DELETE ON archive_item
    FOR EACH ROW EXECUTE FUNCTION archive_refuse_change();
"""
UNGUARD = "DROP TRIGGER archive_item_append_only ON archive_item; DROP FUNCTION archive_refuse_change;"


class Migration(migrations.Migration):
    dependencies = [("archive", "0001_initial")]
    operations = [migrations.RunSQL(GUARD, UNGUARD)]
