"""Labels and help texts in plain words; no data changes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("onboarding", "0037_portfolio_days"),
    ]

    # No column changes.
    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name="authorization",
                    name="failure",
                    field=models.CharField(
                        blank=True,
                        choices=[
                            ("DECLINED", "The customer declined"),
                            ("BAD_CREDENTIALS", "Sign-in at the utility failed"),
                            ("MFA_FAILED", "Two-factor sign-in at the utility failed"),
                            ("UTILITY_UNAVAILABLE", "The utility was not available"),
                            ("UTILITY_ERROR", "The utility reported an error"),
                            ("NOT_CONFIRMED", "The utility didn’t confirm the authorization"),
                            ("WRONG_ISSUER", "The response came from an unexpected sender"),
                            ("ABANDONED", "The customer didn’t come back from the utility"),
                        ],
                        max_length=32,
                    ),
                ),
                migrations.AlterField(
                    model_name="bulkaction",
                    name="state",
                    field=models.CharField(
                        choices=[
                            ("asked", "Waiting for you"),
                            ("running", "Changing meters"),
                            ("done", "Done"),
                            ("stopped", "Stopped partway"),
                        ],
                        default="asked",
                        max_length=8,
                    ),
                ),
                migrations.AlterField(
                    model_name="bulkrow",
                    name="result",
                    field=models.CharField(
                        choices=[
                            ("waiting", "Waiting for your confirmation"),
                            ("changed", "Changed"),
                            ("replaced", "Changed; replaced an earlier time-out on these days"),
                            ("same", "No change needed"),
                            ("meanwhile", "Changed since you loaded it, so left as is"),
                            ("gone", "No longer exists"),
                            ("refused", "Can’t be changed"),
                        ],
                        max_length=12,
                    ),
                ),
                migrations.AlterField(
                    model_name="checkrecord",
                    name="action_type",
                    field=models.CharField(
                        choices=[
                            ("NO_MISSING_FIELDS", "Required fields are filled"),
                            ("IS_AUTHORIZED", "The customer authorized utility data"),
                            ("IS_ELIGIBLE", "The meter fits the program"),
                            ("ADDRESS", "The address is in the program's area"),
                            ("NOT_ENROLLED_IN_CONFLICTING_PROGRAM", "Not in a program that excludes this one"),
                            ("MEETS_EXTRA_PROGRAM_REQUIREMENTS", "The program's own limits are met"),
                            ("GENERATOR", "Generator facts are complete"),
                            ("PARTICIPATING", "The meter participates"),
                            ("DOCUMENTS_SIGNED", "Documents are signed"),
                            ("HAS_AMI", "The site has an interval meter"),
                            ("HAS_MARKET_REGISTRATION", "Registered in the market"),
                            ("HAS_NOMINATIONS", "Nominations are set"),
                            ("HAS_BIDDING_STRATEGY", "A bidding strategy is set"),
                            ("IS_ASSIGNED_TO_A_RESOURCE", "Assigned to a resource"),
                        ],
                        max_length=40,
                        verbose_name="item of the checklist",
                    ),
                ),
                migrations.AlterField(
                    model_name="checkrecord",
                    name="code",
                    field=models.CharField(
                        blank=True, help_text="The code the market returned, if any.", max_length=32
                    ),
                ),
                migrations.AlterField(
                    model_name="checkrecord",
                    name="holds",
                    field=models.BooleanField(help_text="Whether the check passed. If not, the meter is not eligible."),
                ),
                migrations.AlterField(
                    model_name="checkrecord",
                    name="note",
                    field=models.CharField(
                        blank=True, help_text="The reason, in a sentence. The partner sees this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="connection",
                    name="reached",
                    field=models.PositiveSmallIntegerField(
                        choices=[
                            (1, "Opened the link"),
                            (2, "Entered their details"),
                            (3, "Signed"),
                            (4, "Went to the utility"),
                            (5, "Authorized"),
                            (6, "Data received"),
                            (7, "Meter created or matched"),
                        ],
                        db_default=1,
                        default=1,
                    ),
                ),
                migrations.AlterField(
                    model_name="connection",
                    name="stopped_by",
                    field=models.CharField(
                        blank=True,
                        choices=[
                            ("COMPLETE", "No further steps"),
                            ("LEFT", "Left and didn’t come back within 24 hours"),
                            ("AGREEMENTS_DECLINED", "Didn’t accept the agreements"),
                            ("ESI_ID_MISSING", "Didn’t have the ESI ID (enter it for them)"),
                            ("ESI_ID_TAKEN", "Your meter with this ESI ID has another address (decision needed)"),
                            ("DEVICE_FITS_NOTHING", "No program accepts the device (decision needed)"),
                            (
                                "DEVICE_REFERENCE_TAKEN",
                                "Your meter with this reference has other values (decision needed)",
                            ),
                            ("DEVICE_NOT_CREATED", "We couldn’t create the device’s meter (decision needed)"),
                            (
                                "DEVICE_SERIAL_TAKEN",
                                "Your meter with this serial number may be the device (decision needed)",
                            ),
                            ("DECLINED", "Declined at the utility"),
                            ("BAD_CREDENTIALS", "Sign-in at the utility failed"),
                            ("MFA_FAILED", "Two-factor sign-in at the utility failed"),
                            ("UTILITY_UNAVAILABLE", "The utility was not available"),
                            ("UTILITY_ERROR", "The utility reported an error"),
                            ("NOT_CONFIRMED", "The utility didn’t confirm the authorization"),
                            ("WRONG_ISSUER", "The response came from an unexpected sender"),
                            ("ABANDONED", "Didn’t come back from the utility"),
                            ("DATA_OVERDUE", "The utility has sent no data in 3 days"),
                            ("FEED_UNREADABLE", "We couldn’t read the utility’s data"),
                            ("FETCH_FAILED", "We couldn’t process the utility’s data"),
                            ("ENDED", "The authorization ended before a meter was created"),
                            ("TO_DECIDE", "May be one of your meters (decision needed)"),
                            ("NOT_A_METER", "The utility has no electricity account for this customer"),
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
                            ("AGREEMENT_DECLINED", "The customer didn’t accept the agreements."),
                            ("UTILITY_STARTED", "The customer went to {utility} to sign in."),
                            (
                                "AUTHORIZED",
                                "The customer authorized {utility}. Data usually arrives within 1 to 2 days.",
                            ),
                            ("NOT_AUTHORIZED", "Authorization at {utility} failed: {reason}."),
                            ("LEFT", "No activity for 24 hours. The session ended at the step “{step}”."),
                            ("FINISHED", "The customer reached the last step."),
                            ("DATA_ARRIVED", "{utility} sent data for {points}."),
                            ("METER_CREATED", "A meter was created: {meter}."),
                            ("METER_JOINED", "The authorization was added to a meter you already have: {meter}."),
                            (
                                "TO_DECIDE",
                                "{utility} sent a service point that may be one of your meters. Choose the right meter.",
                            ),
                            ("DECIDED", "{who} decided: {decision}."),
                            (
                                "NOT_A_METER",
                                "{utility} sent {kind} data, which no program uses. We stored it but didn’t use it.",
                            ),
                            (
                                "NO_INTERVALS",
                                "{utility} has no interval data for {point}. It may not have a smart meter.",
                            ),
                            ("DATA_OVERDUE", "{utility} hasn’t sent data in 3 days. We check again once a day."),
                            ("FEED_UNREADABLE", "We couldn’t read {utility}’s data: {reason} We’ll try again."),
                            ("UTILITY_SILENT", "{utility} didn’t answer. We’ll try again."),
                            (
                                "FETCH_FAILED",
                                "We couldn’t process {utility}’s data. We’re looking into it and will try again.",
                            ),
                            ("ENDED", "The authorization at {utility} ended: {reason}."),
                            (
                                "ESI_ID_MISSING",
                                "The customer didn’t have their ESI ID. Enter it here to create the meter.",
                            ),
                            (
                                "ESI_ID_TAKEN",
                                "Your meter {meter} has the customer’s ESI ID but a different address. If it’s the same meter, enter the ESI ID again. If not, enter the right one.",
                            ),
                            ("ESI_ID_GIVEN", "{who} entered the ESI ID."),
                            (
                                "ASKED_AGAIN",
                                "{utility} is working again after an outage. We emailed the customer to try again.",
                            ),
                            ("DEVICE_GIVEN", "The customer described the device: {device}."),
                            (
                                "DEVICE_FITS_NOTHING",
                                "No program accepts the device, so no meter was created: {reasons} Decide what to do with it.",
                            ),
                            (
                                "DEVICE_REFERENCE_TAKEN",
                                "Your meter {meter} has this reference but other values. Decide whether to use the customer’s values.",
                            ),
                            (
                                "DEVICE_NOT_CREATED",
                                "We couldn’t create the meter: {reasons} Decide what to do with the device.",
                            ),
                            (
                                "DEVICE_SERIAL_TAKEN",
                                "Another of your meters has the same serial number: {meter}. Decide whether it’s the same device.",
                            ),
                            ("DEVICE_IN_FORM", "{who} started a draft of the meter in the form."),
                            ("DEVICE_JOINED", "The device is a meter you already have: {meter}."),
                            ("DEVICE_SERIAL_TWICE", "{where} has the same serial number. Check which one is right."),
                            ("DEVICE_DECIDED", "{who} decided: {decision}."),
                            ("CONSENT_SUPPLIED", "{who} supplied the customer’s consent for {utility}: {document}."),
                            ("CONSENT_CONFIRMED", "Leap confirmed the consent for {utility}: {document}."),
                            ("CONSENT_REJECTED", "Leap rejected the consent for {utility}: {reason}"),
                            ("CONSENT_WITHDRAWN", "{who} withdrew the consent for {utility}: {document}."),
                        ],
                        max_length=32,
                    ),
                ),
                migrations.AlterField(
                    model_name="reminder",
                    name="reason",
                    field=models.CharField(
                        blank=True,
                        choices=[
                            ("FINISHED", "The customer finished."),
                            ("AUTHORIZED", "The customer authorized a utility."),
                            ("DECLINED", "The customer didn’t accept the agreements."),
                            ("CAME_BACK", "The customer came back in the meantime."),
                            ("LATER_DUE", "A later reminder was due by then."),
                            ("OPTED_OUT", "The customer opted out."),
                            ("BOUNCED", "The address is unreachable."),
                            ("NO_ADDRESS", "We don’t have an email address."),
                            ("LIMIT", "The customer got three reminders within 30 days."),
                            ("STOPPED", "You stopped reminders for this customer."),
                            ("SWITCHED_OFF", "The reminder was turned off."),
                            ("LINK_CLOSED", "The link is paused or has ended."),
                            ("RENEWED", "The authorization was renewed."),
                            ("REVOKED", "The customer revoked the authorization."),
                            ("SANDBOX", "Sandboxes don’t email customers."),
                            ("TOO_LATE", "It was out of date."),
                            ("REFUSED", "The mail server rejected it."),
                        ],
                        max_length=12,
                    ),
                ),
                migrations.AlterField(
                    model_name="suppliedconsent",
                    name="reason",
                    field=models.CharField(
                        blank=True, help_text="Why it was rejected. The partner sees this.", max_length=500
                    ),
                ),
            ]
        )
    ]
