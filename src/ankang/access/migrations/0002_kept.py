"""Look-ups and the auditor's notes are append-only; an alert is never deleted, and a question keeps what was asked."""

from django.db import migrations

GUARD = """
CREATE FUNCTION access_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE FUNCTION access_keep_question() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'open' OR (NEW.person, NEW.read, NEW.read_at, NEW.region_id, NEW.text_enc, NEW.asked_at)
        IS DISTINCT FROM (OLD.person, OLD.read, OLD.read_at, OLD.region_id, OLD.text_enc, OLD.asked_at) THEN
        RAISE EXCEPTION 'a question is kept as it was asked and answered' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER access_lookup_append_only BEFORE UPDATE OR DELETE ON access_lookup
    FOR EACH ROW EXECUTE FUNCTION access_keep();
CREATE TRIGGER access_alertnote_append_only BEFORE UPDATE OR DELETE ON access_alertnote
    FOR EACH ROW EXECUTE FUNCTION access_keep();
CREATE TRIGGER access_alert_kept BEFORE DELETE ON access_alert FOR EACH ROW EXECUTE FUNCTION access_keep();
CREATE TRIGGER access_question_kept BEFORE UPDATE ON access_question
    FOR EACH ROW EXECUTE FUNCTION access_keep_question();
CREATE TRIGGER access_question_stays BEFORE DELETE ON access_question FOR EACH ROW EXECUTE FUNCTION access_keep();
"""
UNGUARD = """
DROP TRIGGER access_question_stays ON access_question;
DROP TRIGGER access_question_kept ON access_question;
DROP TRIGGER access_alert_kept ON access_alert;
DROP TRIGGER access_alertnote_append_only ON access_alertnote;
DROP TRIGGER access_lookup_append_only ON access_lookup;
DROP FUNCTION access_keep_question;
DROP FUNCTION access_keep;
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0001_access")]
    operations = [migrations.RunSQL(GUARD, UNGUARD)]
