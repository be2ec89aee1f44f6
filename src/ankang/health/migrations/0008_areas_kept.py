"""What was assessed stays as it was decided: of an area in force only its end may be brought forward."""

from django.db import migrations

GUARD = """
CREATE FUNCTION health_keep_area() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'pending' AND (TG_OP = 'DELETE' OR (NEW.code, NEW.level, NEW.since, NEW.state)
        IS DISTINCT FROM (OLD.code, OLD.level, OLD.since, OLD.state) OR NEW.recorded_at <> OLD.recorded_at) THEN
        RAISE EXCEPTION 'an area is kept as it was decided: % refused', TG_OP
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER health_area_kept BEFORE UPDATE OR DELETE ON health_area
    FOR EACH ROW EXECUTE FUNCTION health_keep_area();
"""
UNGUARD = "DROP TRIGGER health_area_kept ON health_area; DROP FUNCTION health_keep_area"


class Migration(migrations.Migration):
    dependencies = [("health", "0007_colour_room")]
    operations = [migrations.RunSQL(GUARD, UNGUARD)]
