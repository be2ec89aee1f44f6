from django.db import migrations, models

CREATE = """
CREATE TABLE passage_visit (
    visit uuid NOT NULL,
    trace uuid NOT NULL,
    day date NOT NULL,
    at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    checkpoint bigint NOT NULL,
    device bigint,
    direction smallint NOT NULL CHECK (direction BETWEEN 1 AND 2),
    temperature smallint,
    verdict smallint NOT NULL CHECK (verdict BETWEEN 1 AND 3),
    reason smallint NOT NULL,
    colour smallint NOT NULL CHECK (colour BETWEEN 0 AND 3),
    kind smallint NOT NULL CHECK (kind BETWEEN 1 AND 3),
    PRIMARY KEY (trace, visit, day)
) PARTITION BY RANGE (day);
CREATE INDEX passage_visit_checkpoint_at ON passage_visit (checkpoint, at);
"""


class Migration(migrations.Migration):
    dependencies = [("places", "0001_initial")]
    operations = [
        migrations.RunSQL(CREATE, "DROP TABLE passage_visit"),
        migrations.CreateModel(
            name="Visit",
            fields=[
                ("visit", models.UUIDField(primary_key=True, serialize=False)),
                ("trace", models.UUIDField()),
                ("day", models.DateField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "db_table": "passage_visit",
                "managed": False,
                "verbose_name": "visit record",
                "verbose_name_plural": "visit records",
            },
        ),
    ]
