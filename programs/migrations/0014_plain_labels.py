"""Labels and help texts in plain words; no data changes."""

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


class Labels(migrations.SeparateDatabaseAndState):
    """Fields whose columns stay as they are: the models are drawn once, not anew for each label."""

    def state_forwards(self, app_label, state):
        state.__dict__.pop("apps", None)
        super().state_forwards(app_label, state)


class Migration(migrations.Migration):
    dependencies = [
        ("programs", "0013_plain_words"),
    ]

    operations = [
        Labels(
            state_operations=[
                migrations.AlterField(
                    model_name="accountformat",
                    name="name",
                    field=models.CharField(
                        help_text="In words, for example: 11 digits, starting with 5.", max_length=128
                    ),
                ),
                migrations.AlterField(
                    model_name="accountformat",
                    name="pattern",
                    field=models.CharField(
                        help_text="A regular expression that the whole number must match, without spaces and dashes, in capitals.",
                        max_length=300,
                    ),
                ),
                migrations.AlterField(
                    model_name="accountformat",
                    name="remark",
                    field=models.CharField(
                        blank=True, help_text="How it was read or inferred. Partners never see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="accountformat",
                    name="severity",
                    field=models.CharField(
                        choices=[("warn", "Warn"), ("refuse", "Reject the row")],
                        default="warn",
                        help_text="If a number matches none of its formats. If any format only warns, the row gets a warning.",
                        max_length=8,
                    ),
                ),
                migrations.AlterField(
                    model_name="accountformat",
                    name="source",
                    field=models.CharField(
                        blank=True, help_text="The document or page it comes from. Partners see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="accountformat",
                    name="verified",
                    field=models.BooleanField(
                        default=False,
                        help_text="Turn on once the program’s own documents or its administrator confirm it.",
                    ),
                ),
                migrations.AlterField(
                    model_name="agreement",
                    name="active_from",
                    field=models.DateField(
                        blank=True, help_text="The first day. Leave empty for no start date.", null=True
                    ),
                ),
                migrations.AlterField(
                    model_name="agreement",
                    name="active_to",
                    field=models.DateField(
                        blank=True, help_text="The last day. Leave empty for no end date.", null=True
                    ),
                ),
                migrations.AlterField(
                    model_name="agreement",
                    name="body",
                    field=models.TextField(help_text="Plain text. An empty line starts a new paragraph."),
                ),
                migrations.AlterField(
                    model_name="agreement",
                    name="body_es",
                    field=models.TextField(
                        blank=True,
                        help_text="If empty, Spanish-speaking customers see the English text.",
                        verbose_name="body in Spanish",
                    ),
                ),
                migrations.AlterField(
                    model_name="agreement",
                    name="classification",
                    field=models.CharField(
                        blank=True,
                        choices=[("RESIDENTIAL", "Residential"), ("COMMERCIAL", "Commercial")],
                        help_text="Leave empty for both homes and businesses.",
                        max_length=16,
                        verbose_name="customer type",
                    ),
                ),
                migrations.AlterField(
                    model_name="agreement",
                    name="for_devices",
                    field=models.BooleanField(
                        db_default=False,
                        default=False,
                        help_text="On: for customers who sign up with a device. Off: for customers who authorize a utility.",
                        verbose_name="for device links",
                    ),
                ),
                migrations.AlterField(
                    model_name="agreement",
                    name="is_required",
                    field=models.BooleanField(
                        default=True,
                        help_text="If off, customers can continue without signing it.",
                        verbose_name="required",
                    ),
                ),
                migrations.AlterField(
                    model_name="agreement",
                    name="programs",
                    field=models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Identifiers of the programs that require it. Leave empty for all in the region.",
                    ),
                ),
                migrations.AlterField(
                    model_name="agreement",
                    name="remark",
                    field=models.CharField(
                        blank=True, help_text="How it was read or inferred. Partners never see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="agreement",
                    name="source",
                    field=models.CharField(
                        blank=True, help_text="The document or page it comes from. Partners see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="agreement",
                    name="verified",
                    field=models.BooleanField(
                        default=False,
                        help_text="Turn on once the program’s own documents or its administrator confirm it.",
                    ),
                ),
                migrations.AlterField(
                    model_name="agreement",
                    name="verified_es",
                    field=models.BooleanField(
                        default=False,
                        help_text="Turn on once counsel has confirmed the Spanish text.",
                        verbose_name="Spanish verified",
                    ),
                ),
                migrations.AlterField(
                    model_name="checkkind",
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
                        unique=True,
                    ),
                ),
                migrations.AlterField(
                    model_name="checkkind",
                    name="description",
                    field=models.CharField(
                        help_text="Published as action_description. {fields} stands for the missing fields.",
                        max_length=300,
                    ),
                ),
                migrations.AlterField(
                    model_name="checkkind",
                    name="remark",
                    field=models.CharField(
                        blank=True, help_text="How it was read or inferred. Partners never see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="checkkind",
                    name="source",
                    field=models.CharField(
                        blank=True, help_text="The document or page it comes from. Partners see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="checkkind",
                    name="verified",
                    field=models.BooleanField(
                        default=False,
                        help_text="Turn on once the program’s own documents or its administrator confirm it.",
                    ),
                ),
                migrations.AlterField(
                    model_name="choice",
                    name="is_offered",
                    field=models.BooleanField(
                        default=True, help_text="If off, templates don’t list the value, but it is still accepted."
                    ),
                ),
                migrations.AlterField(
                    model_name="choicelist",
                    name="is_of_utilities",
                    field=models.BooleanField(
                        db_default=False,
                        default=False,
                        editable=False,
                        help_text="Its values are the rows of the utilities table. It has no values of its own.",
                        verbose_name="values are the utilities",
                    ),
                ),
                migrations.AlterField(
                    model_name="conflict",
                    name="classification",
                    field=models.CharField(
                        blank=True,
                        choices=[("RESIDENTIAL", "Residential"), ("COMMERCIAL", "Commercial")],
                        help_text="Leave empty for both homes and businesses.",
                        max_length=16,
                        verbose_name="customer type",
                    ),
                ),
                migrations.AlterField(
                    model_name="conflict",
                    name="is_allowed",
                    field=models.BooleanField(default=False, verbose_name="can be combined"),
                ),
                migrations.AlterField(
                    model_name="conflict",
                    name="note",
                    field=models.CharField(
                        blank=True, help_text="The reason, in a sentence. Partners see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="conflict",
                    name="path",
                    field=models.CharField(
                        blank=True,
                        help_text="In words, if the rule applies to only one way of participating, such as battery exports. Partners see this row, but it doesn’t affect eligibility.",
                        max_length=200,
                        verbose_name="way in",
                    ),
                ),
                migrations.AlterField(
                    model_name="conflict",
                    name="remark",
                    field=models.CharField(
                        blank=True, help_text="How it was read or inferred. Partners never see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="conflict",
                    name="said_by",
                    field=models.ForeignKey(
                        blank=True,
                        help_text="A yes-or-no field of the first program that says whether the meter is also in the other.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="programs.field",
                    ),
                ),
                migrations.AlterField(
                    model_name="conflict",
                    name="source",
                    field=models.CharField(
                        blank=True, help_text="The document or page it comes from. Partners see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="conflict",
                    name="utility",
                    field=models.ForeignKey(
                        blank=True,
                        help_text="Leave empty for any utility.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="programs.utility",
                    ),
                ),
                migrations.AlterField(
                    model_name="conflict",
                    name="verified",
                    field=models.BooleanField(
                        default=False,
                        help_text="Turn on once the program’s own documents or its administrator confirm it.",
                    ),
                ),
                migrations.AlterField(
                    model_name="deadline",
                    name="remark",
                    field=models.CharField(
                        blank=True, help_text="How it was read or inferred. Partners never see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="deadline",
                    name="source",
                    field=models.CharField(
                        blank=True, help_text="The document or page it comes from. Partners see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="deadline",
                    name="verified",
                    field=models.BooleanField(
                        default=False,
                        help_text="Turn on once the program’s own documents or its administrator confirm it.",
                    ),
                ),
                migrations.AlterField(
                    model_name="deliveryperiod",
                    name="remark",
                    field=models.CharField(
                        blank=True, help_text="How it was read or inferred. Partners never see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="deliveryperiod",
                    name="source",
                    field=models.CharField(
                        blank=True, help_text="The document or page it comes from. Partners see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="deliveryperiod",
                    name="verified",
                    field=models.BooleanField(
                        default=False,
                        help_text="Turn on once the program’s own documents or its administrator confirm it.",
                    ),
                ),
                migrations.AlterField(
                    model_name="field",
                    name="aliases",
                    field=models.JSONField(
                        blank=True, default=list, help_text="Other accepted column names for this field."
                    ),
                ),
                migrations.AlterField(
                    model_name="field",
                    name="default",
                    field=models.CharField(blank=True, help_text="The value used if the cell is empty.", max_length=64),
                ),
                migrations.AlterField(
                    model_name="field",
                    name="deprecated",
                    field=models.BooleanField(default=False, help_text="Still accepted, but no longer offered."),
                ),
                migrations.AlterField(
                    model_name="field",
                    name="label_es",
                    field=models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        help_text="For customers of device links. Leave empty to use the English text.",
                        max_length=128,
                        verbose_name="label in Spanish",
                    ),
                ),
                migrations.AlterField(
                    model_name="field",
                    name="needed",
                    field=models.CharField(
                        choices=[
                            ("always", "Required for every meter"),
                            ("with_object", "Required if another field of its group is filled in"),
                            ("no", "Optional"),
                        ],
                        default="no",
                        max_length=16,
                    ),
                ),
                migrations.AlterField(
                    model_name="field",
                    name="path",
                    field=models.CharField(
                        help_text="Dot path in the asset, for example customer.street_1. A list is marked with [].",
                        max_length=128,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[a-z][a-z0-9_]*(\\[\\])?(\\.[a-z][a-z0-9_]*(\\[\\])?)*$",
                                "Use lowercase names joined by dots.",
                            )
                        ],
                    ),
                ),
                migrations.AlterField(
                    model_name="field",
                    name="published_name",
                    field=models.CharField(
                        blank=True,
                        help_text="The name in published action descriptions. Leave empty to use the label.",
                        max_length=128,
                    ),
                ),
                migrations.AlterField(
                    model_name="field",
                    name="remark",
                    field=models.CharField(
                        blank=True, help_text="How it was read or inferred. Partners never see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="field",
                    name="section",
                    field=models.CharField(help_text="The heading the field appears under.", max_length=64),
                ),
                migrations.AlterField(
                    model_name="field",
                    name="source",
                    field=models.CharField(
                        blank=True, help_text="The document or page it comes from. Partners see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="field",
                    name="type",
                    field=models.CharField(
                        choices=[
                            ("text", "Text"),
                            ("code", "Code in capital letters"),
                            ("identifier", "Identifier (account, serial number)"),
                            ("zip", "ZIP code"),
                            ("email", "Email address"),
                            ("phone", "Phone number"),
                            ("number", "Number"),
                            ("integer", "Whole number"),
                            ("date", "Date"),
                            ("boolean", "Yes or no"),
                            ("choice", "One value from a list"),
                            ("choices", "Several values from a list"),
                        ],
                        default="text",
                        max_length=16,
                    ),
                ),
                migrations.AlterField(
                    model_name="field",
                    name="usual_maximum",
                    field=models.FloatField(
                        blank=True,
                        help_text="For one home battery. Higher values give a warning; ten times as much stops the row.",
                        null=True,
                    ),
                ),
                migrations.AlterField(
                    model_name="field",
                    name="usual_minimum",
                    field=models.FloatField(
                        blank=True,
                        help_text="For one battery. A tenth of this or less stops the row, since the unit must be wrong.",
                        null=True,
                    ),
                ),
                migrations.AlterField(
                    model_name="field",
                    name="usual_range_verified",
                    field=models.BooleanField(
                        db_default=False,
                        default=False,
                        help_text="Turn on once someone who knows the devices confirms the usual range.",
                    ),
                ),
                migrations.AlterField(
                    model_name="field",
                    name="verified",
                    field=models.BooleanField(
                        default=False,
                        help_text="Turn on once the program’s own documents or its administrator confirm it.",
                    ),
                ),
                migrations.AlterField(
                    model_name="footnote",
                    name="remark",
                    field=models.CharField(
                        blank=True, help_text="How it was read or inferred. Partners never see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="footnote",
                    name="source",
                    field=models.CharField(
                        blank=True, help_text="The document or page it comes from. Partners see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="footnote",
                    name="verified",
                    field=models.BooleanField(
                        default=False,
                        help_text="Turn on once the program’s own documents or its administrator confirm it.",
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalaccountformat",
                    name="name",
                    field=models.CharField(
                        help_text="In words, for example: 11 digits, starting with 5.", max_length=128
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalaccountformat",
                    name="pattern",
                    field=models.CharField(
                        help_text="A regular expression that the whole number must match, without spaces and dashes, in capitals.",
                        max_length=300,
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalaccountformat",
                    name="remark",
                    field=models.CharField(
                        blank=True, help_text="How it was read or inferred. Partners never see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalaccountformat",
                    name="severity",
                    field=models.CharField(
                        choices=[("warn", "Warn"), ("refuse", "Reject the row")],
                        default="warn",
                        help_text="If a number matches none of its formats. If any format only warns, the row gets a warning.",
                        max_length=8,
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalaccountformat",
                    name="source",
                    field=models.CharField(
                        blank=True, help_text="The document or page it comes from. Partners see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalaccountformat",
                    name="verified",
                    field=models.BooleanField(
                        default=False,
                        help_text="Turn on once the program’s own documents or its administrator confirm it.",
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalagreement",
                    name="active_from",
                    field=models.DateField(
                        blank=True, help_text="The first day. Leave empty for no start date.", null=True
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalagreement",
                    name="active_to",
                    field=models.DateField(
                        blank=True, help_text="The last day. Leave empty for no end date.", null=True
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalagreement",
                    name="body",
                    field=models.TextField(help_text="Plain text. An empty line starts a new paragraph."),
                ),
                migrations.AlterField(
                    model_name="historicalagreement",
                    name="body_es",
                    field=models.TextField(
                        blank=True,
                        help_text="If empty, Spanish-speaking customers see the English text.",
                        verbose_name="body in Spanish",
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalagreement",
                    name="classification",
                    field=models.CharField(
                        blank=True,
                        choices=[("RESIDENTIAL", "Residential"), ("COMMERCIAL", "Commercial")],
                        help_text="Leave empty for both homes and businesses.",
                        max_length=16,
                        verbose_name="customer type",
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalagreement",
                    name="for_devices",
                    field=models.BooleanField(
                        db_default=False,
                        default=False,
                        help_text="On: for customers who sign up with a device. Off: for customers who authorize a utility.",
                        verbose_name="for device links",
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalagreement",
                    name="is_required",
                    field=models.BooleanField(
                        default=True,
                        help_text="If off, customers can continue without signing it.",
                        verbose_name="required",
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalagreement",
                    name="programs",
                    field=models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Identifiers of the programs that require it. Leave empty for all in the region.",
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalagreement",
                    name="remark",
                    field=models.CharField(
                        blank=True, help_text="How it was read or inferred. Partners never see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalagreement",
                    name="source",
                    field=models.CharField(
                        blank=True, help_text="The document or page it comes from. Partners see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalagreement",
                    name="verified",
                    field=models.BooleanField(
                        default=False,
                        help_text="Turn on once the program’s own documents or its administrator confirm it.",
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalagreement",
                    name="verified_es",
                    field=models.BooleanField(
                        default=False,
                        help_text="Turn on once counsel has confirmed the Spanish text.",
                        verbose_name="Spanish verified",
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalcheckkind",
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
                        db_index=True,
                        max_length=40,
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalcheckkind",
                    name="description",
                    field=models.CharField(
                        help_text="Published as action_description. {fields} stands for the missing fields.",
                        max_length=300,
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalcheckkind",
                    name="remark",
                    field=models.CharField(
                        blank=True, help_text="How it was read or inferred. Partners never see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalcheckkind",
                    name="source",
                    field=models.CharField(
                        blank=True, help_text="The document or page it comes from. Partners see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalcheckkind",
                    name="verified",
                    field=models.BooleanField(
                        default=False,
                        help_text="Turn on once the program’s own documents or its administrator confirm it.",
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalchoice",
                    name="is_offered",
                    field=models.BooleanField(
                        default=True, help_text="If off, templates don’t list the value, but it is still accepted."
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalchoicelist",
                    name="is_of_utilities",
                    field=models.BooleanField(
                        db_default=False,
                        default=False,
                        editable=False,
                        help_text="Its values are the rows of the utilities table. It has no values of its own.",
                        verbose_name="values are the utilities",
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalconflict",
                    name="classification",
                    field=models.CharField(
                        blank=True,
                        choices=[("RESIDENTIAL", "Residential"), ("COMMERCIAL", "Commercial")],
                        help_text="Leave empty for both homes and businesses.",
                        max_length=16,
                        verbose_name="customer type",
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalconflict",
                    name="is_allowed",
                    field=models.BooleanField(default=False, verbose_name="can be combined"),
                ),
                migrations.AlterField(
                    model_name="historicalconflict",
                    name="note",
                    field=models.CharField(
                        blank=True, help_text="The reason, in a sentence. Partners see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalconflict",
                    name="path",
                    field=models.CharField(
                        blank=True,
                        help_text="In words, if the rule applies to only one way of participating, such as battery exports. Partners see this row, but it doesn’t affect eligibility.",
                        max_length=200,
                        verbose_name="way in",
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalconflict",
                    name="remark",
                    field=models.CharField(
                        blank=True, help_text="How it was read or inferred. Partners never see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalconflict",
                    name="said_by",
                    field=models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        help_text="A yes-or-no field of the first program that says whether the meter is also in the other.",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="programs.field",
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalconflict",
                    name="source",
                    field=models.CharField(
                        blank=True, help_text="The document or page it comes from. Partners see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalconflict",
                    name="utility",
                    field=models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        help_text="Leave empty for any utility.",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="programs.utility",
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalconflict",
                    name="verified",
                    field=models.BooleanField(
                        default=False,
                        help_text="Turn on once the program’s own documents or its administrator confirm it.",
                    ),
                ),
                migrations.AlterField(
                    model_name="historicaldeadline",
                    name="remark",
                    field=models.CharField(
                        blank=True, help_text="How it was read or inferred. Partners never see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="historicaldeadline",
                    name="source",
                    field=models.CharField(
                        blank=True, help_text="The document or page it comes from. Partners see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="historicaldeadline",
                    name="verified",
                    field=models.BooleanField(
                        default=False,
                        help_text="Turn on once the program’s own documents or its administrator confirm it.",
                    ),
                ),
                migrations.AlterField(
                    model_name="historicaldeliveryperiod",
                    name="remark",
                    field=models.CharField(
                        blank=True, help_text="How it was read or inferred. Partners never see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="historicaldeliveryperiod",
                    name="source",
                    field=models.CharField(
                        blank=True, help_text="The document or page it comes from. Partners see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="historicaldeliveryperiod",
                    name="verified",
                    field=models.BooleanField(
                        default=False,
                        help_text="Turn on once the program’s own documents or its administrator confirm it.",
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalfield",
                    name="aliases",
                    field=models.JSONField(
                        blank=True, default=list, help_text="Other accepted column names for this field."
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalfield",
                    name="default",
                    field=models.CharField(blank=True, help_text="The value used if the cell is empty.", max_length=64),
                ),
                migrations.AlterField(
                    model_name="historicalfield",
                    name="deprecated",
                    field=models.BooleanField(default=False, help_text="Still accepted, but no longer offered."),
                ),
                migrations.AlterField(
                    model_name="historicalfield",
                    name="label_es",
                    field=models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        help_text="For customers of device links. Leave empty to use the English text.",
                        max_length=128,
                        verbose_name="label in Spanish",
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalfield",
                    name="needed",
                    field=models.CharField(
                        choices=[
                            ("always", "Required for every meter"),
                            ("with_object", "Required if another field of its group is filled in"),
                            ("no", "Optional"),
                        ],
                        default="no",
                        max_length=16,
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalfield",
                    name="path",
                    field=models.CharField(
                        db_index=True,
                        help_text="Dot path in the asset, for example customer.street_1. A list is marked with [].",
                        max_length=128,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[a-z][a-z0-9_]*(\\[\\])?(\\.[a-z][a-z0-9_]*(\\[\\])?)*$",
                                "Use lowercase names joined by dots.",
                            )
                        ],
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalfield",
                    name="published_name",
                    field=models.CharField(
                        blank=True,
                        help_text="The name in published action descriptions. Leave empty to use the label.",
                        max_length=128,
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalfield",
                    name="remark",
                    field=models.CharField(
                        blank=True, help_text="How it was read or inferred. Partners never see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalfield",
                    name="section",
                    field=models.CharField(help_text="The heading the field appears under.", max_length=64),
                ),
                migrations.AlterField(
                    model_name="historicalfield",
                    name="source",
                    field=models.CharField(
                        blank=True, help_text="The document or page it comes from. Partners see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalfield",
                    name="type",
                    field=models.CharField(
                        choices=[
                            ("text", "Text"),
                            ("code", "Code in capital letters"),
                            ("identifier", "Identifier (account, serial number)"),
                            ("zip", "ZIP code"),
                            ("email", "Email address"),
                            ("phone", "Phone number"),
                            ("number", "Number"),
                            ("integer", "Whole number"),
                            ("date", "Date"),
                            ("boolean", "Yes or no"),
                            ("choice", "One value from a list"),
                            ("choices", "Several values from a list"),
                        ],
                        default="text",
                        max_length=16,
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalfield",
                    name="usual_maximum",
                    field=models.FloatField(
                        blank=True,
                        help_text="For one home battery. Higher values give a warning; ten times as much stops the row.",
                        null=True,
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalfield",
                    name="usual_minimum",
                    field=models.FloatField(
                        blank=True,
                        help_text="For one battery. A tenth of this or less stops the row, since the unit must be wrong.",
                        null=True,
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalfield",
                    name="usual_range_verified",
                    field=models.BooleanField(
                        db_default=False,
                        default=False,
                        help_text="Turn on once someone who knows the devices confirms the usual range.",
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalfield",
                    name="verified",
                    field=models.BooleanField(
                        default=False,
                        help_text="Turn on once the program’s own documents or its administrator confirm it.",
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalfootnote",
                    name="remark",
                    field=models.CharField(
                        blank=True, help_text="How it was read or inferred. Partners never see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalfootnote",
                    name="source",
                    field=models.CharField(
                        blank=True, help_text="The document or page it comes from. Partners see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalfootnote",
                    name="verified",
                    field=models.BooleanField(
                        default=False,
                        help_text="Turn on once the program’s own documents or its administrator confirm it.",
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalintervalcolumn",
                    name="least",
                    field=models.FloatField(
                        blank=True, help_text="Leave empty for no limit.", null=True, verbose_name="minimum value"
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalintervalcolumn",
                    name="meaning",
                    field=models.CharField(
                        help_text="What a value means and its unit. Partners see this.", max_length=200
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalintervalcolumn",
                    name="most",
                    field=models.FloatField(
                        blank=True, help_text="Leave empty for no limit.", null=True, verbose_name="maximum value"
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalintervalcolumn",
                    name="name",
                    field=models.CharField(
                        db_index=True,
                        help_text="As in the first line of a file.",
                        max_length=60,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[a-z][a-z0-9_]*$", "Use lowercase letters, digits and underscores."
                            )
                        ],
                        verbose_name="column",
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalintervalcolumn",
                    name="remark",
                    field=models.CharField(
                        blank=True, help_text="How it was read or inferred. Partners never see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalintervalcolumn",
                    name="source",
                    field=models.CharField(
                        blank=True, help_text="The document or page it comes from. Partners see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalintervalcolumn",
                    name="verified",
                    field=models.BooleanField(
                        default=False,
                        help_text="Turn on once the program’s own documents or its administrator confirm it.",
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalintervaldatarule",
                    name="days_to_submit",
                    field=models.PositiveSmallIntegerField(
                        help_text="Full days after that end. 0 means by the end of that day or month.",
                        validators=[django.core.validators.MaxValueValidator(366)],
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalintervaldatarule",
                    name="remark",
                    field=models.CharField(
                        blank=True, help_text="How it was read or inferred. Partners never see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalintervaldatarule",
                    name="source",
                    field=models.CharField(
                        blank=True, help_text="The document or page it comes from. Partners see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalintervaldatarule",
                    name="verified",
                    field=models.BooleanField(
                        default=False,
                        help_text="Turn on once the program’s own documents or its administrator confirm it.",
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalprogram",
                    name="identifier",
                    field=models.CharField(
                        db_index=True,
                        help_text="The published program_identifier, for example CEC-DSGS.",
                        max_length=64,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Za-z0-9_-]+$", "Use only letters, digits, - and _."
                            )
                        ],
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalprogram",
                    name="is_customer_authorized",
                    field=models.BooleanField(
                        default=False,
                        help_text="Meters can be created from the customer’s utility authorization.",
                        verbose_name="customer-authorized",
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalprogram",
                    name="is_offered",
                    field=models.BooleanField(
                        db_default=True,
                        default=True,
                        help_text="If off, only its identifier is known and meters can’t join.",
                        verbose_name="offered",
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalprogram",
                    name="is_partner_created",
                    field=models.BooleanField(
                        default=False,
                        help_text="Partners can create meters by upload, form or API.",
                        verbose_name="partner-created",
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalprogram",
                    name="leaves_at",
                    field=models.CharField(
                        choices=[("month", "At the end of the month"), ("period", "At the end of the delivery period")],
                        default="period",
                        help_text="When an active meter leaves after it is disenrolled.",
                        max_length=8,
                        verbose_name="meters leave",
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalprogram",
                    name="needs_utility_authorization",
                    field=models.BooleanField(
                        default=False,
                        help_text="A meter becomes eligible only after the customer authorizes utility data sharing.",
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalprogram",
                    name="periods_ahead",
                    field=models.PositiveSmallIntegerField(
                        default=3,
                        help_text="How many delivery periods to evaluate: the current one and those after it.",
                        validators=[django.core.validators.MinValueValidator(1)],
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalprogram",
                    name="position",
                    field=models.PositiveSmallIntegerField(
                        default=0,
                        help_text="Order in the program tables. If programs exclude each other and none was chosen, a meter joins the first one.",
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalprogram",
                    name="remark",
                    field=models.CharField(
                        blank=True, help_text="How it was read or inferred. Partners never see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalprogram",
                    name="source",
                    field=models.CharField(
                        blank=True, help_text="The document or page it comes from. Partners see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalprogram",
                    name="states",
                    field=models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Two-letter states where customers can be. Leave empty for the whole region.",
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalprogram",
                    name="verified",
                    field=models.BooleanField(
                        default=False,
                        help_text="Turn on once the program’s own documents or its administrator confirm it.",
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalprogram",
                    name="weekend_rolls_over",
                    field=models.BooleanField(
                        default=False,
                        help_text="A deadline on a Saturday or Sunday is extended to the following Monday.",
                        verbose_name="weekends roll over",
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalprogramcheck",
                    name="description",
                    field=models.CharField(
                        blank=True, help_text="Leave empty to use the check type’s text.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalprogramcheck",
                    name="remark",
                    field=models.CharField(
                        blank=True, help_text="How it was read or inferred. Partners never see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalprogramcheck",
                    name="source",
                    field=models.CharField(
                        blank=True, help_text="The document or page it comes from. Partners see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalprogramcheck",
                    name="verified",
                    field=models.BooleanField(
                        default=False,
                        help_text="Turn on once the program’s own documents or its administrator confirm it.",
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalprogramcheck",
                    name="while_open",
                    field=models.CharField(
                        blank=True,
                        choices=[("PENDING", "Pending"), ("INELIGIBLE", "Not eligible yet")],
                        help_text="Leave empty to use the check type’s setting.",
                        max_length=12,
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalprogramfact",
                    name="about",
                    field=models.CharField(
                        choices=[
                            ("outlook", "Outlook"),
                            ("places", "States and utilities"),
                            ("eligibility", "Who can join"),
                            ("size", "Size"),
                            ("events", "Events"),
                            ("dates", "The administrator’s own dates"),
                            ("order", "If you don’t choose a program"),
                            ("leaving", "When meters leave"),
                        ],
                        max_length=16,
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalprogramfact",
                    name="period",
                    field=models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        help_text="Leave empty for the whole program.",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="programs.deliveryperiod",
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalprogramfact",
                    name="remark",
                    field=models.CharField(
                        blank=True, help_text="How it was read or inferred. Partners never see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalprogramfact",
                    name="source",
                    field=models.CharField(
                        blank=True, help_text="The document or page it comes from. Partners see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalprogramfact",
                    name="text",
                    field=models.CharField(
                        blank=True,
                        help_text="One or two sentences. Leave empty if the program’s own fields say it and this is only their source.",
                        max_length=500,
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalprogramfact",
                    name="verified",
                    field=models.BooleanField(
                        default=False,
                        help_text="Turn on once the program’s own documents or its administrator confirm it.",
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalregion",
                    name="remark",
                    field=models.CharField(
                        blank=True, help_text="How it was read or inferred. Partners never see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalregion",
                    name="source",
                    field=models.CharField(
                        blank=True, help_text="The document or page it comes from. Partners see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalregion",
                    name="verified",
                    field=models.BooleanField(
                        default=False,
                        help_text="Turn on once the program’s own documents or its administrator confirm it.",
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalrequiredinformation",
                    name="classification",
                    field=models.CharField(
                        blank=True,
                        choices=[("RESIDENTIAL", "Residential"), ("COMMERCIAL", "Commercial")],
                        help_text="Leave empty for both homes and businesses.",
                        max_length=16,
                        verbose_name="customer type",
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalrequiredinformation",
                    name="for_devices",
                    field=models.BooleanField(
                        db_default=False,
                        default=False,
                        help_text="On: for customers who sign up with a device. Off: for customers who authorize a utility.",
                        verbose_name="for device links",
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalrequiredinformation",
                    name="key",
                    field=models.CharField(
                        choices=[
                            ("customer_name", "Customer name"),
                            ("email", "Email"),
                            ("phone", "Phone"),
                            ("company_name", "Company name"),
                            ("title", "Title"),
                            ("street", "Street"),
                            ("city", "City"),
                            ("state", "State"),
                            ("postal_code", "ZIP code"),
                            ("account_number", "Utility account number"),
                            ("esi_id", "ESI ID"),
                            ("has_generator", "Has a generator"),
                            ("generator_capacity_kw", "Generator capacity (kW)"),
                            ("load_types", "Load types"),
                        ],
                        max_length=32,
                        verbose_name="information",
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalrequiredinformation",
                    name="label_es",
                    field=models.CharField(
                        blank=True,
                        help_text="Leave empty to use the English label.",
                        max_length=128,
                        verbose_name="label in Spanish",
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalrequiredinformation",
                    name="remark",
                    field=models.CharField(
                        blank=True, help_text="How it was read or inferred. Partners never see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalrequiredinformation",
                    name="source",
                    field=models.CharField(
                        blank=True, help_text="The document or page it comes from. Partners see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalrequiredinformation",
                    name="verified",
                    field=models.BooleanField(
                        default=False,
                        help_text="Turn on once the program’s own documents or its administrator confirm it.",
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalrequirement",
                    name="action_type",
                    field=models.CharField(
                        blank=True,
                        choices=[
                            ("GENERATOR", "Generator facts are complete"),
                            ("ADDRESS", "The address is in the program's area"),
                        ],
                        help_text="Leave empty for a missing field or one of the program’s own limits.",
                        max_length=40,
                        verbose_name="checklist item",
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalrequirement",
                    name="choices",
                    field=models.JSONField(
                        blank=True, default=list, help_text="Values from the field’s list that the program accepts."
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalrequirement",
                    name="condition_value",
                    field=models.CharField(
                        blank=True, help_text="Separate multiple values with commas.", max_length=200
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalrequirement",
                    name="note",
                    field=models.CharField(
                        blank=True, help_text="Why or when it is required. Shown in the column guide.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalrequirement",
                    name="remark",
                    field=models.CharField(
                        blank=True, help_text="How it was read or inferred. Partners never see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalrequirement",
                    name="source",
                    field=models.CharField(
                        blank=True, help_text="The document or page it comes from. Partners see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalrequirement",
                    name="verified",
                    field=models.BooleanField(
                        default=False,
                        help_text="Turn on once the program’s own documents or its administrator confirm it.",
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalstate",
                    name="border_zips",
                    field=models.JSONField(
                        blank=True,
                        default=list,
                        help_text="ZIP codes of a neighboring state that are also delivered from here.",
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalstate",
                    name="remark",
                    field=models.CharField(
                        blank=True, help_text="How it was read or inferred. Partners never see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalstate",
                    name="source",
                    field=models.CharField(
                        blank=True, help_text="The document or page it comes from. Partners see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalstate",
                    name="transmission_regions",
                    field=models.JSONField(
                        blank=True,
                        default=list,
                        help_text="All regions that cover part of the state. Any other region stops the row.",
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalstate",
                    name="verified",
                    field=models.BooleanField(
                        default=False,
                        help_text="Turn on once the program’s own documents or its administrator confirm it.",
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalunknownseason",
                    name="classification",
                    field=models.CharField(
                        blank=True,
                        choices=[("RESIDENTIAL", "Residential"), ("COMMERCIAL", "Commercial")],
                        help_text="Leave empty for both homes and businesses.",
                        max_length=16,
                        verbose_name="customer type",
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalunknownseason",
                    name="note",
                    field=models.CharField(help_text="In a sentence. Partners see this.", max_length=300),
                ),
                migrations.AlterField(
                    model_name="historicalunknownseason",
                    name="remark",
                    field=models.CharField(
                        blank=True, help_text="How it was read or inferred. Partners never see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalunknownseason",
                    name="source",
                    field=models.CharField(
                        blank=True, help_text="The document or page it comes from. Partners see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalunknownseason",
                    name="verified",
                    field=models.BooleanField(
                        default=False,
                        help_text="Turn on once the program’s own documents or its administrator confirm it.",
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalutility",
                    name="eia_number",
                    field=models.CharField(
                        blank=True,
                        help_text="Only for those whose customers have ESI IDs (Texas): digits 3 to 7 of the ESI ID.",
                        max_length=5,
                        validators=[
                            django.core.validators.RegexValidator("^[0-9]{5}$", "Five digits, with leading zeros.")
                        ],
                        verbose_name="EIA number",
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalutility",
                    name="eia_number_confirmed",
                    field=models.BooleanField(
                        default=False,
                        help_text="Turn on once EIA-861 shows this number. A wrong utility stops a row only if both utilities are confirmed.",
                        verbose_name="EIA number confirmed",
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalutility",
                    name="is_offered",
                    field=models.BooleanField(
                        db_default=True,
                        default=True,
                        help_text="If off, templates, forms and suggestions don’t list it, but it is still accepted.",
                        verbose_name="offered",
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalutility",
                    name="is_test",
                    field=models.BooleanField(default=False, help_text="For tests only. Not offered in templates."),
                ),
                migrations.AlterField(
                    model_name="historicalutility",
                    name="remark",
                    field=models.CharField(
                        blank=True, help_text="How it was read or inferred. Partners never see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalutility",
                    name="source",
                    field=models.CharField(
                        blank=True, help_text="The document or page it comes from. Partners see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalutility",
                    name="states",
                    field=models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Every state it serves, as two letters. Leave empty to skip the check.",
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalutility",
                    name="synonyms",
                    field=models.JSONField(blank=True, default=list, help_text="Other names people use for it."),
                ),
                migrations.AlterField(
                    model_name="historicalutility",
                    name="transmission_region",
                    field=models.CharField(
                        blank=True,
                        choices=[
                            ("CAISO", "CAISO (California)"),
                            ("ERCOT", "ERCOT (Texas)"),
                            ("NYISO", "NYISO (New York)"),
                            ("ISONE", "ISO-NE (New England)"),
                            ("PJM", "PJM (Mid-Atlantic)"),
                            ("SERC", "SERC (Southeast)"),
                            ("WECC_SW", "WECC Southwest"),
                            ("WECC_PC", "WECC Pacific"),
                        ],
                        help_text="Leave empty if it serves several regions. Then we check only its states.",
                        max_length=16,
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalutility",
                    name="verified",
                    field=models.BooleanField(
                        default=False,
                        help_text="Turn on once the program’s own documents or its administrator confirm it.",
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalutilityconnection",
                    name="authorization_url",
                    field=models.CharField(
                        help_text="Where customers sign in.",
                        max_length=500,
                        validators=[django.core.validators.URLValidator(schemes=["https", "http"])],
                        verbose_name="authorization URL",
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalutilityconnection",
                    name="client_certificate",
                    field=models.CharField(
                        blank=True,
                        help_text="Path on the server to the certificate with its key. Leave empty if not required.",
                        max_length=500,
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalutilityconnection",
                    name="client_id",
                    field=models.CharField(
                        help_text="As assigned when the utility registered the portal.",
                        max_length=200,
                        verbose_name="client ID",
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalutilityconnection",
                    name="customer_help",
                    field=models.TextField(
                        blank=True, help_text="For customers: where to find what this utility asks for at sign-in."
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalutilityconnection",
                    name="customer_help_es",
                    field=models.TextField(
                        blank=True,
                        help_text="If empty, Spanish-speaking customers see the English one.",
                        verbose_name="customer help in Spanish",
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalutilityconnection",
                    name="is_active",
                    field=models.BooleanField(
                        default=True, help_text="If off, customers can’t choose it.", verbose_name="active"
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalutilityconnection",
                    name="issuer",
                    field=models.CharField(
                        blank=True,
                        help_text="The iss that its responses must contain. Leave empty to skip the check.",
                        max_length=500,
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalutilityconnection",
                    name="notifies",
                    field=models.BooleanField(
                        default=False,
                        help_text="If off, the portal checks for new data regularly.",
                        verbose_name="sends notifications",
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalutilityconnection",
                    name="remark",
                    field=models.CharField(
                        blank=True, help_text="How it was read or inferred. Partners never see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalutilityconnection",
                    name="revocation_url",
                    field=models.CharField(
                        blank=True,
                        help_text="Leave empty if it has none.",
                        max_length=500,
                        validators=[django.core.validators.URLValidator(schemes=["https", "http"])],
                        verbose_name="revocation URL",
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalutilityconnection",
                    name="source",
                    field=models.CharField(
                        blank=True, help_text="The document or page it comes from. Partners see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="historicalutilityconnection",
                    name="verified",
                    field=models.BooleanField(
                        default=False,
                        help_text="Turn on once the program’s own documents or its administrator confirm it.",
                    ),
                ),
                migrations.AlterField(
                    model_name="intervalcolumn",
                    name="least",
                    field=models.FloatField(
                        blank=True, help_text="Leave empty for no limit.", null=True, verbose_name="minimum value"
                    ),
                ),
                migrations.AlterField(
                    model_name="intervalcolumn",
                    name="meaning",
                    field=models.CharField(
                        help_text="What a value means and its unit. Partners see this.", max_length=200
                    ),
                ),
                migrations.AlterField(
                    model_name="intervalcolumn",
                    name="most",
                    field=models.FloatField(
                        blank=True, help_text="Leave empty for no limit.", null=True, verbose_name="maximum value"
                    ),
                ),
                migrations.AlterField(
                    model_name="intervalcolumn",
                    name="name",
                    field=models.CharField(
                        help_text="As in the first line of a file.",
                        max_length=60,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[a-z][a-z0-9_]*$", "Use lowercase letters, digits and underscores."
                            )
                        ],
                        verbose_name="column",
                    ),
                ),
                migrations.AlterField(
                    model_name="intervalcolumn",
                    name="remark",
                    field=models.CharField(
                        blank=True, help_text="How it was read or inferred. Partners never see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="intervalcolumn",
                    name="source",
                    field=models.CharField(
                        blank=True, help_text="The document or page it comes from. Partners see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="intervalcolumn",
                    name="verified",
                    field=models.BooleanField(
                        default=False,
                        help_text="Turn on once the program’s own documents or its administrator confirm it.",
                    ),
                ),
                migrations.AlterField(
                    model_name="intervaldatarule",
                    name="days_to_submit",
                    field=models.PositiveSmallIntegerField(
                        help_text="Full days after that end. 0 means by the end of that day or month.",
                        validators=[django.core.validators.MaxValueValidator(366)],
                    ),
                ),
                migrations.AlterField(
                    model_name="intervaldatarule",
                    name="remark",
                    field=models.CharField(
                        blank=True, help_text="How it was read or inferred. Partners never see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="intervaldatarule",
                    name="source",
                    field=models.CharField(
                        blank=True, help_text="The document or page it comes from. Partners see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="intervaldatarule",
                    name="verified",
                    field=models.BooleanField(
                        default=False,
                        help_text="Turn on once the program’s own documents or its administrator confirm it.",
                    ),
                ),
                migrations.AlterField(
                    model_name="passeddeadline",
                    name="accepted_until",
                    field=models.DateTimeField(help_text="Later than the deadline if a weekend extends it."),
                ),
                migrations.AlterField(
                    model_name="passeddeadline",
                    name="rules_at",
                    field=models.DateTimeField(
                        help_text="The deadline itself, unless another time was chosen.",
                        verbose_name="by the rules as of",
                    ),
                ),
                migrations.AlterField(
                    model_name="program",
                    name="identifier",
                    field=models.CharField(
                        help_text="The published program_identifier, for example CEC-DSGS.",
                        max_length=64,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Za-z0-9_-]+$", "Use only letters, digits, - and _."
                            )
                        ],
                    ),
                ),
                migrations.AlterField(
                    model_name="program",
                    name="is_customer_authorized",
                    field=models.BooleanField(
                        default=False,
                        help_text="Meters can be created from the customer’s utility authorization.",
                        verbose_name="customer-authorized",
                    ),
                ),
                migrations.AlterField(
                    model_name="program",
                    name="is_offered",
                    field=models.BooleanField(
                        db_default=True,
                        default=True,
                        help_text="If off, only its identifier is known and meters can’t join.",
                        verbose_name="offered",
                    ),
                ),
                migrations.AlterField(
                    model_name="program",
                    name="is_partner_created",
                    field=models.BooleanField(
                        default=False,
                        help_text="Partners can create meters by upload, form or API.",
                        verbose_name="partner-created",
                    ),
                ),
                migrations.AlterField(
                    model_name="program",
                    name="leaves_at",
                    field=models.CharField(
                        choices=[("month", "At the end of the month"), ("period", "At the end of the delivery period")],
                        default="period",
                        help_text="When an active meter leaves after it is disenrolled.",
                        max_length=8,
                        verbose_name="meters leave",
                    ),
                ),
                migrations.AlterField(
                    model_name="program",
                    name="needs_utility_authorization",
                    field=models.BooleanField(
                        default=False,
                        help_text="A meter becomes eligible only after the customer authorizes utility data sharing.",
                    ),
                ),
                migrations.AlterField(
                    model_name="program",
                    name="periods_ahead",
                    field=models.PositiveSmallIntegerField(
                        default=3,
                        help_text="How many delivery periods to evaluate: the current one and those after it.",
                        validators=[django.core.validators.MinValueValidator(1)],
                    ),
                ),
                migrations.AlterField(
                    model_name="program",
                    name="position",
                    field=models.PositiveSmallIntegerField(
                        default=0,
                        help_text="Order in the program tables. If programs exclude each other and none was chosen, a meter joins the first one.",
                    ),
                ),
                migrations.AlterField(
                    model_name="program",
                    name="remark",
                    field=models.CharField(
                        blank=True, help_text="How it was read or inferred. Partners never see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="program",
                    name="source",
                    field=models.CharField(
                        blank=True, help_text="The document or page it comes from. Partners see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="program",
                    name="states",
                    field=models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Two-letter states where customers can be. Leave empty for the whole region.",
                    ),
                ),
                migrations.AlterField(
                    model_name="program",
                    name="utilities",
                    field=models.ManyToManyField(
                        blank=True,
                        help_text="Utilities whose customers can join. Leave empty for any utility.",
                        related_name="programs",
                        to="programs.utility",
                    ),
                ),
                migrations.AlterField(
                    model_name="program",
                    name="verified",
                    field=models.BooleanField(
                        default=False,
                        help_text="Turn on once the program’s own documents or its administrator confirm it.",
                    ),
                ),
                migrations.AlterField(
                    model_name="program",
                    name="weekend_rolls_over",
                    field=models.BooleanField(
                        default=False,
                        help_text="A deadline on a Saturday or Sunday is extended to the following Monday.",
                        verbose_name="weekends roll over",
                    ),
                ),
                migrations.AlterField(
                    model_name="programcheck",
                    name="description",
                    field=models.CharField(
                        blank=True, help_text="Leave empty to use the check type’s text.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="programcheck",
                    name="remark",
                    field=models.CharField(
                        blank=True, help_text="How it was read or inferred. Partners never see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="programcheck",
                    name="source",
                    field=models.CharField(
                        blank=True, help_text="The document or page it comes from. Partners see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="programcheck",
                    name="verified",
                    field=models.BooleanField(
                        default=False,
                        help_text="Turn on once the program’s own documents or its administrator confirm it.",
                    ),
                ),
                migrations.AlterField(
                    model_name="programcheck",
                    name="while_open",
                    field=models.CharField(
                        blank=True,
                        choices=[("PENDING", "Pending"), ("INELIGIBLE", "Not eligible yet")],
                        help_text="Leave empty to use the check type’s setting.",
                        max_length=12,
                    ),
                ),
                migrations.AlterField(
                    model_name="programfact",
                    name="about",
                    field=models.CharField(
                        choices=[
                            ("outlook", "Outlook"),
                            ("places", "States and utilities"),
                            ("eligibility", "Who can join"),
                            ("size", "Size"),
                            ("events", "Events"),
                            ("dates", "The administrator’s own dates"),
                            ("order", "If you don’t choose a program"),
                            ("leaving", "When meters leave"),
                        ],
                        max_length=16,
                    ),
                ),
                migrations.AlterField(
                    model_name="programfact",
                    name="period",
                    field=models.ForeignKey(
                        blank=True,
                        help_text="Leave empty for the whole program.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="facts",
                        to="programs.deliveryperiod",
                    ),
                ),
                migrations.AlterField(
                    model_name="programfact",
                    name="remark",
                    field=models.CharField(
                        blank=True, help_text="How it was read or inferred. Partners never see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="programfact",
                    name="source",
                    field=models.CharField(
                        blank=True, help_text="The document or page it comes from. Partners see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="programfact",
                    name="text",
                    field=models.CharField(
                        blank=True,
                        help_text="One or two sentences. Leave empty if the program’s own fields say it and this is only their source.",
                        max_length=500,
                    ),
                ),
                migrations.AlterField(
                    model_name="programfact",
                    name="verified",
                    field=models.BooleanField(
                        default=False,
                        help_text="Turn on once the program’s own documents or its administrator confirm it.",
                    ),
                ),
                migrations.AlterField(
                    model_name="region",
                    name="remark",
                    field=models.CharField(
                        blank=True, help_text="How it was read or inferred. Partners never see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="region",
                    name="source",
                    field=models.CharField(
                        blank=True, help_text="The document or page it comes from. Partners see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="region",
                    name="verified",
                    field=models.BooleanField(
                        default=False,
                        help_text="Turn on once the program’s own documents or its administrator confirm it.",
                    ),
                ),
                migrations.AlterField(
                    model_name="requiredinformation",
                    name="classification",
                    field=models.CharField(
                        blank=True,
                        choices=[("RESIDENTIAL", "Residential"), ("COMMERCIAL", "Commercial")],
                        help_text="Leave empty for both homes and businesses.",
                        max_length=16,
                        verbose_name="customer type",
                    ),
                ),
                migrations.AlterField(
                    model_name="requiredinformation",
                    name="for_devices",
                    field=models.BooleanField(
                        db_default=False,
                        default=False,
                        help_text="On: for customers who sign up with a device. Off: for customers who authorize a utility.",
                        verbose_name="for device links",
                    ),
                ),
                migrations.AlterField(
                    model_name="requiredinformation",
                    name="key",
                    field=models.CharField(
                        choices=[
                            ("customer_name", "Customer name"),
                            ("email", "Email"),
                            ("phone", "Phone"),
                            ("company_name", "Company name"),
                            ("title", "Title"),
                            ("street", "Street"),
                            ("city", "City"),
                            ("state", "State"),
                            ("postal_code", "ZIP code"),
                            ("account_number", "Utility account number"),
                            ("esi_id", "ESI ID"),
                            ("has_generator", "Has a generator"),
                            ("generator_capacity_kw", "Generator capacity (kW)"),
                            ("load_types", "Load types"),
                        ],
                        max_length=32,
                        verbose_name="information",
                    ),
                ),
                migrations.AlterField(
                    model_name="requiredinformation",
                    name="label_es",
                    field=models.CharField(
                        blank=True,
                        help_text="Leave empty to use the English label.",
                        max_length=128,
                        verbose_name="label in Spanish",
                    ),
                ),
                migrations.AlterField(
                    model_name="requiredinformation",
                    name="remark",
                    field=models.CharField(
                        blank=True, help_text="How it was read or inferred. Partners never see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="requiredinformation",
                    name="source",
                    field=models.CharField(
                        blank=True, help_text="The document or page it comes from. Partners see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="requiredinformation",
                    name="verified",
                    field=models.BooleanField(
                        default=False,
                        help_text="Turn on once the program’s own documents or its administrator confirm it.",
                    ),
                ),
                migrations.AlterField(
                    model_name="requirement",
                    name="action_type",
                    field=models.CharField(
                        blank=True,
                        choices=[
                            ("GENERATOR", "Generator facts are complete"),
                            ("ADDRESS", "The address is in the program's area"),
                        ],
                        help_text="Leave empty for a missing field or one of the program’s own limits.",
                        max_length=40,
                        verbose_name="checklist item",
                    ),
                ),
                migrations.AlterField(
                    model_name="requirement",
                    name="choices",
                    field=models.JSONField(
                        blank=True, default=list, help_text="Values from the field’s list that the program accepts."
                    ),
                ),
                migrations.AlterField(
                    model_name="requirement",
                    name="condition_value",
                    field=models.CharField(
                        blank=True, help_text="Separate multiple values with commas.", max_length=200
                    ),
                ),
                migrations.AlterField(
                    model_name="requirement",
                    name="note",
                    field=models.CharField(
                        blank=True, help_text="Why or when it is required. Shown in the column guide.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="requirement",
                    name="remark",
                    field=models.CharField(
                        blank=True, help_text="How it was read or inferred. Partners never see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="requirement",
                    name="source",
                    field=models.CharField(
                        blank=True, help_text="The document or page it comes from. Partners see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="requirement",
                    name="verified",
                    field=models.BooleanField(
                        default=False,
                        help_text="Turn on once the program’s own documents or its administrator confirm it.",
                    ),
                ),
                migrations.AlterField(
                    model_name="state",
                    name="border_zips",
                    field=models.JSONField(
                        blank=True,
                        default=list,
                        help_text="ZIP codes of a neighboring state that are also delivered from here.",
                    ),
                ),
                migrations.AlterField(
                    model_name="state",
                    name="remark",
                    field=models.CharField(
                        blank=True, help_text="How it was read or inferred. Partners never see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="state",
                    name="source",
                    field=models.CharField(
                        blank=True, help_text="The document or page it comes from. Partners see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="state",
                    name="transmission_regions",
                    field=models.JSONField(
                        blank=True,
                        default=list,
                        help_text="All regions that cover part of the state. Any other region stops the row.",
                    ),
                ),
                migrations.AlterField(
                    model_name="state",
                    name="verified",
                    field=models.BooleanField(
                        default=False,
                        help_text="Turn on once the program’s own documents or its administrator confirm it.",
                    ),
                ),
                migrations.AlterField(
                    model_name="unknownseason",
                    name="classification",
                    field=models.CharField(
                        blank=True,
                        choices=[("RESIDENTIAL", "Residential"), ("COMMERCIAL", "Commercial")],
                        help_text="Leave empty for both homes and businesses.",
                        max_length=16,
                        verbose_name="customer type",
                    ),
                ),
                migrations.AlterField(
                    model_name="unknownseason",
                    name="note",
                    field=models.CharField(help_text="In a sentence. Partners see this.", max_length=300),
                ),
                migrations.AlterField(
                    model_name="unknownseason",
                    name="remark",
                    field=models.CharField(
                        blank=True, help_text="How it was read or inferred. Partners never see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="unknownseason",
                    name="source",
                    field=models.CharField(
                        blank=True, help_text="The document or page it comes from. Partners see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="unknownseason",
                    name="verified",
                    field=models.BooleanField(
                        default=False,
                        help_text="Turn on once the program’s own documents or its administrator confirm it.",
                    ),
                ),
                migrations.AlterField(
                    model_name="utility",
                    name="eia_number",
                    field=models.CharField(
                        blank=True,
                        help_text="Only for those whose customers have ESI IDs (Texas): digits 3 to 7 of the ESI ID.",
                        max_length=5,
                        validators=[
                            django.core.validators.RegexValidator("^[0-9]{5}$", "Five digits, with leading zeros.")
                        ],
                        verbose_name="EIA number",
                    ),
                ),
                migrations.AlterField(
                    model_name="utility",
                    name="eia_number_confirmed",
                    field=models.BooleanField(
                        default=False,
                        help_text="Turn on once EIA-861 shows this number. A wrong utility stops a row only if both utilities are confirmed.",
                        verbose_name="EIA number confirmed",
                    ),
                ),
                migrations.AlterField(
                    model_name="utility",
                    name="is_offered",
                    field=models.BooleanField(
                        db_default=True,
                        default=True,
                        help_text="If off, templates, forms and suggestions don’t list it, but it is still accepted.",
                        verbose_name="offered",
                    ),
                ),
                migrations.AlterField(
                    model_name="utility",
                    name="is_test",
                    field=models.BooleanField(default=False, help_text="For tests only. Not offered in templates."),
                ),
                migrations.AlterField(
                    model_name="utility",
                    name="remark",
                    field=models.CharField(
                        blank=True, help_text="How it was read or inferred. Partners never see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="utility",
                    name="source",
                    field=models.CharField(
                        blank=True, help_text="The document or page it comes from. Partners see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="utility",
                    name="states",
                    field=models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Every state it serves, as two letters. Leave empty to skip the check.",
                    ),
                ),
                migrations.AlterField(
                    model_name="utility",
                    name="synonyms",
                    field=models.JSONField(blank=True, default=list, help_text="Other names people use for it."),
                ),
                migrations.AlterField(
                    model_name="utility",
                    name="transmission_region",
                    field=models.CharField(
                        blank=True,
                        choices=[
                            ("CAISO", "CAISO (California)"),
                            ("ERCOT", "ERCOT (Texas)"),
                            ("NYISO", "NYISO (New York)"),
                            ("ISONE", "ISO-NE (New England)"),
                            ("PJM", "PJM (Mid-Atlantic)"),
                            ("SERC", "SERC (Southeast)"),
                            ("WECC_SW", "WECC Southwest"),
                            ("WECC_PC", "WECC Pacific"),
                        ],
                        help_text="Leave empty if it serves several regions. Then we check only its states.",
                        max_length=16,
                    ),
                ),
                migrations.AlterField(
                    model_name="utility",
                    name="verified",
                    field=models.BooleanField(
                        default=False,
                        help_text="Turn on once the program’s own documents or its administrator confirm it.",
                    ),
                ),
                migrations.AlterField(
                    model_name="utilityconnection",
                    name="authorization_url",
                    field=models.CharField(
                        help_text="Where customers sign in.",
                        max_length=500,
                        validators=[django.core.validators.URLValidator(schemes=["https", "http"])],
                        verbose_name="authorization URL",
                    ),
                ),
                migrations.AlterField(
                    model_name="utilityconnection",
                    name="client_certificate",
                    field=models.CharField(
                        blank=True,
                        help_text="Path on the server to the certificate with its key. Leave empty if not required.",
                        max_length=500,
                    ),
                ),
                migrations.AlterField(
                    model_name="utilityconnection",
                    name="client_id",
                    field=models.CharField(
                        help_text="As assigned when the utility registered the portal.",
                        max_length=200,
                        verbose_name="client ID",
                    ),
                ),
                migrations.AlterField(
                    model_name="utilityconnection",
                    name="customer_help",
                    field=models.TextField(
                        blank=True, help_text="For customers: where to find what this utility asks for at sign-in."
                    ),
                ),
                migrations.AlterField(
                    model_name="utilityconnection",
                    name="customer_help_es",
                    field=models.TextField(
                        blank=True,
                        help_text="If empty, Spanish-speaking customers see the English one.",
                        verbose_name="customer help in Spanish",
                    ),
                ),
                migrations.AlterField(
                    model_name="utilityconnection",
                    name="is_active",
                    field=models.BooleanField(
                        default=True, help_text="If off, customers can’t choose it.", verbose_name="active"
                    ),
                ),
                migrations.AlterField(
                    model_name="utilityconnection",
                    name="issuer",
                    field=models.CharField(
                        blank=True,
                        help_text="The iss that its responses must contain. Leave empty to skip the check.",
                        max_length=500,
                    ),
                ),
                migrations.AlterField(
                    model_name="utilityconnection",
                    name="notifies",
                    field=models.BooleanField(
                        default=False,
                        help_text="If off, the portal checks for new data regularly.",
                        verbose_name="sends notifications",
                    ),
                ),
                migrations.AlterField(
                    model_name="utilityconnection",
                    name="remark",
                    field=models.CharField(
                        blank=True, help_text="How it was read or inferred. Partners never see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="utilityconnection",
                    name="revocation_url",
                    field=models.CharField(
                        blank=True,
                        help_text="Leave empty if it has none.",
                        max_length=500,
                        validators=[django.core.validators.URLValidator(schemes=["https", "http"])],
                        verbose_name="revocation URL",
                    ),
                ),
                migrations.AlterField(
                    model_name="utilityconnection",
                    name="source",
                    field=models.CharField(
                        blank=True, help_text="The document or page it comes from. Partners see this.", max_length=300
                    ),
                ),
                migrations.AlterField(
                    model_name="utilityconnection",
                    name="verified",
                    field=models.BooleanField(
                        default=False,
                        help_text="Turn on once the program’s own documents or its administrator confirm it.",
                    ),
                ),
            ]
        )
    ]
