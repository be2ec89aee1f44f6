from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0008_entry")]

    operations = [
        migrations.AddField(model_name="carrierrun", name="done", field=models.IntegerField(default=0)),
        migrations.RunSQL("UPDATE people_carrierrun SET done = cursor", migrations.RunSQL.noop),
    ]
