"""The second wall stands around every table that says something of a person and is read by region (see row_security.TABLES)."""

from django.db import migrations

OPEN = "current_user <> 'ankang_desk' OR current_setting('ankang.reach', true) = '*'"
HERE = "ANY (ARRAY(SELECT unnest(string_to_array(current_setting('ankang.reach', true), ','))))"
"""Asked once a query, not once a row."""
LIVES_HERE = "EXISTS (SELECT FROM people_person p WHERE p.id = {column})"
"""The policy of people_person narrows this in turn."""


def lives_here(*columns: str) -> str:
    """One of the people in ``columns`` lives in the reach."""
    return " OR ".join((OPEN, *(LIVES_HERE.format(column=column) for column in columns)))


BY_REGION = f"{OPEN} OR region_id = {HERE}"
TABLES = {
    "access_alert": f"{BY_REGION} OR {LIVES_HERE.format(column='person')}",
    "access_lookup": BY_REGION,
    "access_question": BY_REGION,
    "health_negativetest": lives_here("person"),
    "health_statement": lives_here("person"),
    "people_carrier": lives_here("person_id"),
    "people_companion": lives_here("holder_id", "companion_id"),
    "people_consent": lives_here("person_id"),
    "people_credential": lives_here("person_id"),
    "people_entry": lives_here("person_id"),
    "people_guardianship": lives_here("guardian_id", "ward_id"),
    "people_leaving": lives_here("person_id"),
    "people_legacycode": f"{lives_here('person_id')} OR EXISTS (SELECT FROM people_legacyimport i WHERE i.id = source_id)",
    "people_legacyimport": BY_REGION,
    "people_merge": lives_here("absorbed_id", "survivor_id"),
    "people_standing": lives_here("person_id"),
}


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0004_one_log"),
        ("health", "0009_negative_tests"),
        ("people", "0009_carrier_run_done"),
    ]
    operations = [
        migrations.RunSQL(
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;"
            f"CREATE POLICY ankang_reach ON {table} USING ({condition}) WITH CHECK (true);",
            f"DROP POLICY ankang_reach ON {table}; ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;",
        )
        for table, condition in TABLES.items()
    ]
