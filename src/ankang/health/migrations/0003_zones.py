"""Areas may be zones: prevention, control, sealed."""

from django.db import migrations, models

LEVELS = ["low", "medium", "high", "severe", "prevention", "control", "sealed"]


class Migration(migrations.Migration):
    dependencies = [("health", "0002_partitioned")]

    operations = [
        migrations.AlterField("area", "level", models.TextField(choices=[(level, level) for level in LEVELS])),
        migrations.RemoveConstraint("area", "health_area_known_level"),
        migrations.AddConstraint(
            "area", models.CheckConstraint(condition=models.Q(level__in=LEVELS), name="health_area_known_level")
        ),
    ]
