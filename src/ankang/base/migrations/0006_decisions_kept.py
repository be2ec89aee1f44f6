"""Who decided what stays as it was: decisions are append-only, and what an approval is about never changes."""

from django.db import migrations

GUARD = """
CREATE FUNCTION base_keep_decision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'decisions are append-only: % refused', TG_OP USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE FUNCTION base_keep_approval() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE'
        OR OLD.state <> 'pending' AND NOT (NEW.state = 'pending' AND OLD.needed = 1 AND NEW.needed = 2 AND NEW.alarm IS NOT NULL)
        OR (NEW.subject, NEW.reference, NEW.digest, NEW.asked_by, NEW.asked_at, NEW.permission, NEW.region_id)
        IS DISTINCT FROM (OLD.subject, OLD.reference, OLD.digest, OLD.asked_by, OLD.asked_at, OLD.permission, OLD.region_id)
        OR NEW.needed < OLD.needed THEN
        RAISE EXCEPTION 'an approval is kept as it was asked and decided: % refused', TG_OP
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER base_decision_append_only BEFORE UPDATE OR DELETE ON base_decision
    FOR EACH ROW EXECUTE FUNCTION base_keep_decision();
CREATE TRIGGER base_approval_kept BEFORE UPDATE OR DELETE ON base_approval
    FOR EACH ROW EXECUTE FUNCTION base_keep_approval();
"""
UNGUARD = """
DROP TRIGGER base_approval_kept ON base_approval;
DROP TRIGGER base_decision_append_only ON base_decision;
DROP FUNCTION base_keep_approval;
DROP FUNCTION base_keep_decision;
"""


class Migration(migrations.Migration):
    dependencies = [("base", "0005_employer")]
    operations = [migrations.RunSQL(GUARD, UNGUARD)]
