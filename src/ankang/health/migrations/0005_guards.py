"""A rule set's text never changes after its draft, and nothing but a draft is deleted; signed reasons are append-only."""

from django.db import migrations

GUARD = """
CREATE FUNCTION health_keep_release() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'draft' THEN
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' OR (NEW.name, NEW.version, NEW.text, NEW.digest, NEW.region, NEW.author)
        IS DISTINCT FROM (OLD.name, OLD.version, OLD.text, OLD.digest, OLD.region, OLD.author)
        OR (OLD.state IN ('approved', 'published', 'superseded')
            AND (NEW.effective_at, NEW.signature, NEW.kid) IS DISTINCT FROM (OLD.effective_at, OLD.signature, OLD.kid)) THEN
        RAISE EXCEPTION 'a rule set is kept as it was submitted: % refused', TG_OP
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER health_rulerelease_kept BEFORE UPDATE OR DELETE ON health_rulerelease
    FOR EACH ROW EXECUTE FUNCTION health_keep_release();
CREATE TRIGGER health_statement_append_only BEFORE UPDATE OR DELETE ON health_statement
    FOR EACH ROW EXECUTE FUNCTION health_refuse_change();
"""
UNGUARD = """
DROP TRIGGER health_statement_append_only ON health_statement;
DROP TRIGGER health_rulerelease_kept ON health_rulerelease;
DROP FUNCTION health_keep_release;
"""


class Migration(migrations.Migration):
    dependencies = [("health", "0004_rule_releases")]
    operations = [migrations.RunSQL(GUARD, UNGUARD)]
