"""The trail of changes about staff is append-only."""

from django.db import migrations

GUARD = """
CREATE FUNCTION staff_keep_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the trail of staff is append-only: % refused', TG_OP USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER staff_event_append_only BEFORE UPDATE OR DELETE ON staff_event
    FOR EACH ROW EXECUTE FUNCTION staff_keep_event();
"""
UNGUARD = """
DROP TRIGGER staff_event_append_only ON staff_event;
DROP FUNCTION staff_keep_event;
"""


class Migration(migrations.Migration):
    dependencies = [("staff", "0001_staff")]
    operations = [migrations.RunSQL(GUARD, UNGUARD)]
