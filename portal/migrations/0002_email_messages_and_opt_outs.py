import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """The models of e-mail take the names that the rest of the code knows them by."""

    dependencies = [
        ("portal", "0001_tables_of_0_1_0"),
    ]

    operations = [
        migrations.RenameModel(old_name="Letter", new_name="EmailMessage"),
        migrations.RenameModel(old_name="MailSwitchedOff", new_name="EmailOptOut"),
        migrations.AlterField(
            model_name="emailmessage",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="email_messages",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
    ]
