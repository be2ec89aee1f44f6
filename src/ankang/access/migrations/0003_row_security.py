"""Policies of the second wall. They hide nothing until a connection tells its reach, and nothing from the tables' owner
until ``ANKANG_ROW_SECURITY=1`` makes the owner obey them too (row_security.turn)."""

from django.db import migrations

OPEN = "coalesce(current_setting('ankang.reach', true), '') IN ('', '*')"
HERE = "SELECT unnest(string_to_array(current_setting('ankang.reach', true), ','))"
BY_TOWN = f"{OPEN} OR town_id IN ({HERE})"
LIVES_HERE = "EXISTS (SELECT FROM people_person p WHERE p.id = {column} AND p.town_id IN (" + HERE + "))"
TABLES = {
    "people_person": BY_TOWN,
    "people_request": BY_TOWN,
    "people_formerdocument": f"{OPEN} OR {LIVES_HERE.format(column='person_id')}",
    "people_change": f"{OPEN} OR {LIVES_HERE.format(column='person_id')}",
    "health_evidence": f"{OPEN} OR {LIVES_HERE.format(column='person')}",
    "health_colour": f"{OPEN} OR {LIVES_HERE.format(column='person')}",
    "health_colourchange": f"{OPEN} OR {LIVES_HERE.format(column='person')}",
    "base_accessrecord": f"{OPEN} OR region IN ({HERE}) OR {LIVES_HERE.format(column='person')}",
}


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0002_kept"),
        ("base", "0009_reads_kept"),
        ("health", "0002_partitioned"),
        ("people", "0007_companion_words"),
    ]
    operations = [
        migrations.RunSQL(
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;"
            f"CREATE POLICY ankang_reach ON {table} USING ({condition}) WITH CHECK (true);",
            f"DROP POLICY ankang_reach ON {table}; ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;"
            f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY;",
        )
        for table, condition in TABLES.items()
    ]
