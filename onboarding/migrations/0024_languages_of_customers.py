from django.db import migrations, models


class Migration(migrations.Migration):
    """The language of each customer and of what was signed, which was English until now, and links' welcome in Spanish."""

    dependencies = [
        ("onboarding", "0023_reminders"),
    ]

    operations = [
        migrations.AddField(
            model_name="connectlink",
            name="welcome_es",
            field=models.TextField(blank=True, max_length=600, verbose_name="welcome text in Spanish"),
        ),
        migrations.AddField(
            model_name="connectsession",
            name="language",
            field=models.CharField(
                default="en", help_text="In which the customer reads, and is written to.", max_length=8
            ),
        ),
        migrations.AddField(
            model_name="signature",
            name="language",
            field=models.CharField(default="en", help_text="Of the text that was read and signed.", max_length=8),
        ),
    ]
