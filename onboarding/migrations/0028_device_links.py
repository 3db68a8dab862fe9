import django.db.models.deletion
from django.db import migrations, models

from portal.storage import expanding


class Migration(expanding.Migration):
    """Links for customers who come with a device."""

    dependencies = [
        ("onboarding", "0027_utility_outages"),
    ]

    operations = [
        migrations.AddField(
            model_name="connectsession",
            name="is_without_program",
            field=models.BooleanField(
                db_default=False, default=False, help_text="No program takes the device; the customer finished anyway."
            ),
        ),
        migrations.AddField(
            model_name="connectsession",
            name="meter",
            field=models.ForeignKey(
                help_text="The meter that the device became which the customer described.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="connect_sessions",
                to="onboarding.meter",
            ),
        ),
        migrations.AlterField(
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
                    ("DEVICE_FITS_NOTHING", "No program takes the device: you decide"),
                    ("DEVICE_REFERENCE_TAKEN", "Your meter with this reference has other values: you decide"),
                    ("DEVICE_NOT_CREATED", "The device’s meter could not be created: you decide"),
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
        migrations.AlterField(
            model_name="connectionnote",
            name="kind",
            field=models.CharField(
                choices=[
                    ("OPENED", "The customer opened the link."),
                    ("DETAILS_GIVEN", "The customer entered the required information."),
                    ("SIGNED", "The customer signed: {documents}."),
                    ("AGREEMENT_DECLINED", "The customer did not accept the agreements."),
                    ("UTILITY_STARTED", "The customer went to {utility} to sign in."),
                    ("AUTHORIZED", "The customer authorized {utility}. Data usually arrives within 1 to 2 days."),
                    ("NOT_AUTHORIZED", "The authorization at {utility} did not succeed: {reason}."),
                    ("LEFT", "Nothing happened for 24 hours; the session ended at the step “{step}”."),
                    ("FINISHED", "The customer reached the last step."),
                    ("DATA_ARRIVED", "{utility} sent data of {points}."),
                    ("METER_CREATED", "A meter was created: {meter}."),
                    ("METER_JOINED", "The authorization joined a meter you already have: {meter}."),
                    (
                        "TO_DECIDE",
                        "{utility} sent a service point that may be one of your meters. Decide which one it is.",
                    ),
                    ("DECIDED", "{who} decided: {decision}."),
                    (
                        "NOT_A_METER",
                        "{utility} sent data of {kind}, which no program uses. It was kept and left alone.",
                    ),
                    ("NO_INTERVALS", "{utility} has no interval data of {point}: it may have no smart meter."),
                    ("DATA_OVERDUE", "{utility} has sent no data in 3 days. We keep asking, once a day."),
                    ("FEED_UNREADABLE", "What {utility} sent could not be read: {reason} We ask again."),
                    ("UTILITY_SILENT", "{utility} did not answer. We ask again."),
                    ("FETCH_FAILED", "We could not take what {utility} sent. We look into it and try again."),
                    ("ENDED", "The authorization at {utility} ended: {reason}."),
                    ("ESI_ID_MISSING", "The customer had no ESI ID at hand. Enter it here to create the meter."),
                    (
                        "ESI_ID_TAKEN",
                        "Your meter {meter} has the customer’s ESI ID, but another address. Enter the ESI ID again if it is this meter, or the right one.",
                    ),
                    ("ESI_ID_GIVEN", "{who} entered the ESI ID."),
                    ("ASKED_AGAIN", "{utility} had trouble and works again. We asked the customer again by email."),
                    ("DEVICE_GIVEN", "The customer described the device: {device}."),
                    (
                        "DEVICE_FITS_NOTHING",
                        "No program takes the device, so no meter was created: {reasons} Decide what to do with it.",
                    ),
                    (
                        "DEVICE_REFERENCE_TAKEN",
                        "Your meter {meter} has this reference and other values. Decide whether the customer’s values replace them.",
                    ),
                    ("DEVICE_NOT_CREATED", "The meter could not be created: {reasons} Decide what to do with it."),
                    ("DEVICE_JOINED", "The device is a meter you already have: {meter}."),
                    ("DEVICE_SERIAL_TWICE", "{where} has the same serial number. Check which one is right."),
                    ("DEVICE_DECIDED", "{who} decided: {decision}."),
                ],
                max_length=32,
            ),
        ),
        migrations.AlterField(
            model_name="connectlink",
            name="variant",
            field=models.CharField(
                choices=[
                    ("RESIDENTIAL", "Residential"),
                    ("COMMERCIAL", "Commercial"),
                    ("RESIDENTIAL_AGREEMENTS_ONLY", "Residential, agreements only"),
                    ("COMMERCIAL_AGREEMENTS_ONLY", "Commercial, agreements only"),
                    ("RESIDENTIAL_DEVICE", "Residential, with a device"),
                    ("COMMERCIAL_DEVICE", "Commercial, with a device"),
                ],
                default="RESIDENTIAL",
                max_length=32,
            ),
        ),
        migrations.AlterField(
            model_name="connectsession",
            name="answers",
            field=models.JSONField(default=dict, help_text="By the key of the information, or the path of a field."),
        ),
        migrations.AlterField(
            model_name="connectsession",
            name="step",
            field=models.CharField(
                choices=[
                    ("welcome", "Welcome"),
                    ("about", "Your details"),
                    ("device", "Your device"),
                    ("fit", "Programs"),
                    ("agreements", "Agreements"),
                    ("utility", "Your utility"),
                    ("done", "Done"),
                ],
                default="welcome",
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="upload",
            name="source",
            field=models.CharField(
                choices=[("page", "Portal"), ("api", "API"), ("form", "Form"), ("link", "Connect link")],
                default="page",
                max_length=4,
            ),
        ),
    ]
