"""Policies of the second wall: they bind the role ``ankang_desk`` only, under which staff are served (base.reach)."""

from django.db import migrations

OPEN = "current_user <> 'ankang_desk' OR current_setting('ankang.reach', true) = '*'"
HERE = "ANY (ARRAY(SELECT unnest(string_to_array(current_setting('ankang.reach', true), ','))))"
"""Asked once a query, not once a row."""
BY_TOWN = f"{OPEN} OR town_id = {HERE}"
LIVES_HERE = "EXISTS (SELECT FROM people_person p WHERE p.id = {column})"
"""The policy of people_person narrows this in turn."""
TABLES = {
    "people_person": BY_TOWN,
    "people_request": BY_TOWN,
    "people_formerdocument": f"{OPEN} OR {LIVES_HERE.format(column='person_id')}",
    "people_change": f"{OPEN} OR {LIVES_HERE.format(column='person_id')}",
    "health_evidence": f"{OPEN} OR {LIVES_HERE.format(column='person')}",
    "health_colour": f"{OPEN} OR {LIVES_HERE.format(column='person')}",
    "health_colourchange": f"{OPEN} OR {LIVES_HERE.format(column='person')}",
    "base_accessrecord": f"{OPEN} OR region = {HERE} OR {LIVES_HERE.format(column='person')}",
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
            f"DROP POLICY ankang_reach ON {table}; ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;",
        )
        for table, condition in TABLES.items()
    ]
