"""Labels of choices and fields as the portal says them now; nothing of the data changes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0015_sandboxes"),
    ]

    operations = [
        migrations.AlterField(
            model_name="invitation",
            name="email",
            field=models.EmailField(max_length=254, verbose_name="email"),
        ),
        migrations.AlterField(
            model_name="user",
            name="email",
            field=models.EmailField(max_length=254, unique=True, verbose_name="email"),
        ),
    ]
