"""Consents that partners supply, and their lines in the ledger, which are of no authorization."""

import django.db.models.deletion
from django.db import migrations, models

import portal.storage.ids


class Migration(migrations.Migration):
    dependencies = [
        ("onboarding", "0030_device_photos"),
        ("portal", "0015_sandboxes"),
        ("programs", "0012_what_device_customers_are_asked"),
    ]

    operations = [
        migrations.AddField(
            model_name="consent",
            name="supplied_consent",
            field=models.UUIDField(db_index=True, null=True),
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
                    ("CONSENT_SUPPLIED", "{who} supplied a consent of the customer for {utility}: {document}."),
                    ("CONSENT_CONFIRMED", "Leap confirmed the consent for {utility}: {document}."),
                    ("CONSENT_REJECTED", "Leap rejected the consent for {utility}: {reason}"),
                    ("CONSENT_WITHDRAWN", "{who} withdrew the consent for {utility}: {document}."),
                ],
                max_length=32,
            ),
        ),
        migrations.AlterField(
            model_name="consent",
            name="authorization",
            field=models.UUIDField(db_index=True, null=True),
        ),
        migrations.AlterField(
            model_name="consent",
            name="verb",
            field=models.CharField(
                choices=[
                    ("granted", "Granted"),
                    ("ended", "Ended"),
                    ("supplied", "Supplied"),
                    ("confirmed", "Confirmed"),
                    ("rejected", "Rejected"),
                    ("withdrawn", "Withdrawn"),
                ],
                max_length=12,
            ),
        ),
        migrations.CreateModel(
            name="SuppliedConsent",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=portal.storage.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("LOA", "Letter of authorization (LOA)"),
                            ("CISR_DRP", "CISR-DRP form"),
                            ("OTHER", "Other document"),
                        ],
                        max_length=12,
                        verbose_name="document",
                    ),
                ),
                (
                    "title",
                    models.CharField(
                        blank=True,
                        help_text="Of another document.",
                        max_length=100,
                        verbose_name="name of the document",
                    ),
                ),
                ("account_number", models.CharField(blank=True, max_length=128)),
                ("service_point_number", models.CharField(blank=True, max_length=128)),
                ("signer_name", models.CharField(max_length=128, verbose_name="signed by")),
                ("customer_name", models.CharField(blank=True, max_length=128)),
                ("customer_email", models.EmailField(blank=True, max_length=254)),
                ("signed_on", models.DateField()),
                ("valid_until", models.DateField(blank=True, null=True)),
                ("file", models.CharField(max_length=200)),
                ("size", models.PositiveBigIntegerField()),
                ("sha256", models.CharField(max_length=64, verbose_name="SHA-256 of the file")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("SUBMITTED", "Under review"),
                            ("CONFIRMED", "Confirmed"),
                            ("REJECTED", "Rejected"),
                            ("WITHDRAWN", "Withdrawn"),
                        ],
                        default="SUBMITTED",
                        max_length=12,
                        verbose_name="status",
                    ),
                ),
                (
                    "reason",
                    models.CharField(blank=True, help_text="Why it was rejected, for the partner.", max_length=500),
                ),
                ("supplied_by", models.CharField(max_length=200)),
                ("supplied_at", models.DateTimeField()),
                ("decided_by", models.CharField(blank=True, max_length=200)),
                ("decided_at", models.DateTimeField(null=True)),
                ("withdrawn_by", models.CharField(blank=True, max_length=200)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="supplied_consents",
                        to="onboarding.connection",
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="portal.partner",
                    ),
                ),
                (
                    "utility",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="programs.utility",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "SUBMITTED")),
                        fields=["supplied_at", "id"],
                        name="supplied_consent_to_review",
                    ),
                    models.Index(
                        condition=models.Q(("state", "REJECTED")),
                        fields=["partner"],
                        name="supplied_consent_to_replace",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["SUBMITTED", "CONFIRMED"])),
                        fields=("connection", "utility", "sha256"),
                        name="one_supplied_consent_per_file",
                    )
                ],
            },
        ),
    ]
