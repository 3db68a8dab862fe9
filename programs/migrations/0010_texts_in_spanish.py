from django.db import models

from portal.storage import expanding


class Migration(expanding.Migration):
    """What customers are asked, sign and read of a utility, in Spanish; the seed fills in its own."""

    dependencies = [
        ("programs", "0009_interval_data_rules"),
    ]

    operations = [
        expanding.AddField(
            model_name="agreement",
            name="body_es",
            field=models.TextField(
                blank=True,
                help_text="Empty: customers who read Spanish are shown the English text.",
                verbose_name="body in Spanish",
            ),
        ),
        expanding.AddField(
            model_name="agreement",
            name="title_es",
            field=models.CharField(blank=True, max_length=200, verbose_name="title in Spanish"),
        ),
        expanding.AddField(
            model_name="agreement",
            name="verified_es",
            field=models.BooleanField(
                default=False,
                help_text="Switch on once counsel has confirmed the Spanish text.",
                verbose_name="Spanish verified",
            ),
        ),
        expanding.AddField(
            model_name="historicalagreement",
            name="body_es",
            field=models.TextField(
                blank=True,
                help_text="Empty: customers who read Spanish are shown the English text.",
                verbose_name="body in Spanish",
            ),
        ),
        expanding.AddField(
            model_name="historicalagreement",
            name="title_es",
            field=models.CharField(blank=True, max_length=200, verbose_name="title in Spanish"),
        ),
        expanding.AddField(
            model_name="historicalagreement",
            name="verified_es",
            field=models.BooleanField(
                default=False,
                help_text="Switch on once counsel has confirmed the Spanish text.",
                verbose_name="Spanish verified",
            ),
        ),
        expanding.AddField(
            model_name="historicalrequiredinformation",
            name="help_text_es",
            field=models.CharField(blank=True, max_length=300, verbose_name="help text in Spanish"),
        ),
        expanding.AddField(
            model_name="historicalrequiredinformation",
            name="label_es",
            field=models.CharField(
                blank=True, help_text="Empty: the English one.", max_length=128, verbose_name="label in Spanish"
            ),
        ),
        expanding.AddField(
            model_name="historicalutilityconnection",
            name="customer_help_es",
            field=models.TextField(
                blank=True,
                help_text="Empty: customers who read Spanish are shown the English one.",
                verbose_name="customer help in Spanish",
            ),
        ),
        expanding.AddField(
            model_name="requiredinformation",
            name="help_text_es",
            field=models.CharField(blank=True, max_length=300, verbose_name="help text in Spanish"),
        ),
        expanding.AddField(
            model_name="requiredinformation",
            name="label_es",
            field=models.CharField(
                blank=True, help_text="Empty: the English one.", max_length=128, verbose_name="label in Spanish"
            ),
        ),
        expanding.AddField(
            model_name="utilityconnection",
            name="customer_help_es",
            field=models.TextField(
                blank=True,
                help_text="Empty: customers who read Spanish are shown the English one.",
                verbose_name="customer help in Spanish",
            ),
        ),
    ]
