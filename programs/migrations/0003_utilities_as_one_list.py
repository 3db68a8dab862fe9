from django.db import migrations, models

from portal.storage import expanding


class Migration(expanding.Migration):
    """What the values of the list of utilities had and the utilities did not, so that one table is enough."""

    dependencies = [
        ("programs", "0002_usual_ranges_of_fields"),
    ]

    operations = [
        expanding.AddField(
            model_name="choicelist",
            name="is_of_utilities",
            field=models.BooleanField(
                db_default=False,
                default=False,
                editable=False,
                help_text="Its values are the rows of the table of utilities; it has no values of its own.",
                verbose_name="values are the utilities",
            ),
        ),
        expanding.AddField(
            model_name="historicalchoicelist",
            name="is_of_utilities",
            field=models.BooleanField(
                db_default=False,
                default=False,
                editable=False,
                help_text="Its values are the rows of the table of utilities; it has no values of its own.",
                verbose_name="values are the utilities",
            ),
        ),
        expanding.AddField(
            model_name="historicalutility",
            name="is_offered",
            field=models.BooleanField(
                db_default=True,
                default=True,
                help_text="Listed in templates, forms and suggestions; one that is not listed is still accepted.",
                verbose_name="offered",
            ),
        ),
        expanding.AddField(
            model_name="historicalutility",
            name="position",
            field=models.PositiveSmallIntegerField(db_default=1000, default=1000, help_text="Order in lists."),
        ),
        expanding.AddField(
            model_name="historicalutility",
            name="synonyms",
            field=models.JSONField(blank=True, default=list, help_text="Other names that people write for it."),
        ),
        expanding.AddField(
            model_name="utility",
            name="is_offered",
            field=models.BooleanField(
                db_default=True,
                default=True,
                help_text="Listed in templates, forms and suggestions; one that is not listed is still accepted.",
                verbose_name="offered",
            ),
        ),
        expanding.AddField(
            model_name="utility",
            name="position",
            field=models.PositiveSmallIntegerField(db_default=1000, default=1000, help_text="Order in lists."),
        ),
        expanding.AddField(
            model_name="utility",
            name="synonyms",
            field=models.JSONField(blank=True, default=list, help_text="Other names that people write for it."),
        ),
        migrations.AlterField(
            model_name="historicalutility",
            name="code",
            field=models.CharField(
                db_index=True, help_text="As in the published list of utility names.", max_length=64
            ),
        ),
        migrations.AlterField(
            model_name="utility",
            name="code",
            field=models.CharField(help_text="As in the published list of utility names.", max_length=64, unique=True),
        ),
    ]
