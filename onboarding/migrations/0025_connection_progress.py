import django.db.models.deletion
from django.db import migrations, models

from portal.storage import expanding


class Migration(expanding.Migration):
    dependencies = [
        ("onboarding", "0024_languages_of_customers"),
        ("portal", "0015_sandboxes"),
        ("programs", "0009_interval_data_rules"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="connection",
            name="connection_by_start",
        ),
        migrations.AddField(
            model_name="connection",
            name="link",
            field=models.ForeignKey(
                db_index=False,
                help_text="Through which it was last opened.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="onboarding.connectlink",
            ),
        ),
        migrations.AddField(
            model_name="connection",
            name="minutes_to_authorize",
            field=models.PositiveIntegerField(help_text="From the first opening.", null=True),
        ),
        migrations.AddField(
            model_name="connection",
            name="minutes_to_data",
            field=models.PositiveIntegerField(help_text="From the authorization.", null=True),
        ),
        migrations.AddField(
            model_name="connection",
            name="passed",
            field=models.PositiveSmallIntegerField(
                db_default=1, default=1, help_text="A bit for each step that it took."
            ),
        ),
        migrations.AddField(
            model_name="connection",
            name="reached",
            field=models.PositiveSmallIntegerField(
                choices=[
                    (1, "Opened the link"),
                    (2, "Gave their details"),
                    (3, "Signed"),
                    (4, "Went to the utility"),
                    (5, "Authorized"),
                    (6, "Data received"),
                    (7, "Meter created or joined"),
                ],
                db_default=1,
                default=1,
            ),
        ),
        migrations.AddField(
            model_name="connection",
            name="stopped_by",
            field=models.CharField(
                blank=True,
                choices=[
                    ("COMPLETE", "Nothing more is asked"),
                    ("LEFT", "Left and did not come back in 24 hours"),
                    ("AGREEMENTS_DECLINED", "Did not accept the agreements"),
                    ("ESI_ID_MISSING", "Had no ESI ID: you enter it"),
                    ("ESI_ID_TAKEN", "Your meter with this ESI ID has another address: you decide"),
                    ("DECLINED", "Declined at the utility"),
                    ("BAD_CREDENTIALS", "Sign-in at the utility failed"),
                    ("MFA_FAILED", "The utility’s second step failed"),
                    ("UTILITY_UNAVAILABLE", "The utility was not available"),
                    ("UTILITY_ERROR", "The utility reported an error"),
                    ("NOT_CONFIRMED", "The utility did not confirm the authorization"),
                    ("WRONG_ISSUER", "The answer came from somewhere else"),
                    ("ABANDONED", "Did not come back from the utility"),
                    ("DATA_OVERDUE", "The utility has sent no data in 3 days"),
                    ("FEED_UNREADABLE", "What the utility sent could not be read"),
                    ("FETCH_FAILED", "We could not take what the utility sent"),
                    ("ENDED", "The authorization ended before there was a meter"),
                    ("TO_DECIDE", "May be one of your meters: you decide"),
                    ("NOT_A_METER", "The utility has no electricity account of this customer"),
                ],
                db_default="",
                default="",
                help_text="Empty while it is under way, and once it has a meter.",
                max_length=24,
            ),
        ),
        migrations.AddField(
            model_name="connection",
            name="utility",
            field=models.ForeignKey(
                db_index=False,
                help_text="At which it came furthest.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="programs.utility",
            ),
        ),
        migrations.AddIndex(
            model_name="connection",
            index=models.Index(
                fields=[
                    "partner",
                    "started_at",
                    "reached",
                    "passed",
                    "stopped_by",
                    "link",
                    "utility",
                    "minutes_to_authorize",
                    "minutes_to_data",
                ],
                name="connection_funnel",
            ),
        ),
        migrations.AddIndex(
            model_name="connectsession",
            index=models.Index(
                condition=models.Q(("connection__isnull", True)),
                fields=["partner", "created_at"],
                name="connect_session_unnamed",
            ),
        ),
    ]
