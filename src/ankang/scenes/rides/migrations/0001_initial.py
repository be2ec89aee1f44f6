from django.db import migrations, models

AUTHORISATION = """
CREATE TABLE rides_authorisation (
    account uuid NOT NULL,
    person bigint NOT NULL,
    day date NOT NULL,
    credential bigint NOT NULL,
    public_key bytea NOT NULL CHECK (octet_length(public_key) = 33),
    raw bytea NOT NULL,
    issued_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    PRIMARY KEY (person, day, account)
) PARTITION BY RANGE (day);
CREATE UNIQUE INDEX rides_authorisation_one_lives ON rides_authorisation (person, day, credential) WHERE revoked_at IS NULL;
CREATE INDEX rides_authorisation_revoked ON rides_authorisation (day) WHERE revoked_at IS NOT NULL;
CREATE INDEX rides_authorisation_credential ON rides_authorisation (credential);
"""
RIDE = """
CREATE TABLE rides_ride (
    ride uuid NOT NULL,
    trace uuid NOT NULL,
    day date NOT NULL,
    showing uuid NOT NULL,
    at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    checkpoint bigint NOT NULL,
    device bigint NOT NULL,
    direction smallint NOT NULL CHECK (direction BETWEEN 1 AND 2),
    verdict smallint NOT NULL CHECK (verdict BETWEEN 1 AND 3),
    reason smallint NOT NULL,
    line text NOT NULL CHECK (length(line) <= 40),
    vehicle text NOT NULL CHECK (length(vehicle) <= 40),
    PRIMARY KEY (trace, ride, day)
) PARTITION BY RANGE (day);
CREATE UNIQUE INDEX rides_ride_a_showing_admits_once ON rides_ride (trace, showing, direction, day)
    WHERE verdict = 1 AND reason = 1;
CREATE INDEX rides_ride_checkpoint_at ON rides_ride (checkpoint, at);
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Certificate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("authority_kid", models.SmallIntegerField()),
                ("issuer_kid", models.SmallIntegerField()),
                ("issuer", models.TextField()),
                ("raw", models.BinaryField()),
                ("made_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
            ],
            options={"db_table": "rides_certificate"},
        ),
        migrations.RunSQL(AUTHORISATION, "DROP TABLE rides_authorisation"),
        migrations.RunSQL(RIDE, "DROP TABLE rides_ride"),
        migrations.CreateModel(
            name="Authorisation",
            fields=[("account", models.UUIDField(primary_key=True, serialize=False))],
            options={"db_table": "rides_authorisation", "managed": False},
        ),
        migrations.CreateModel(
            name="Ride",
            fields=[("ride", models.UUIDField(primary_key=True, serialize=False, verbose_name="ride"))],
            options={"db_table": "rides_ride", "managed": False},
        ),
    ]
