
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('base', '0004_approvals'),
    ]

    operations = [
        migrations.AddField(
            model_name='duty',
            name='employer',
            field=models.BigIntegerField(blank=True, null=True),
        ),
    ]
