"""The shapes of create-meters: jobs, what became of their assets, and provisional assets."""

import re
from typing import Final

from rest_framework import serializers

from onboarding.api.assets import REGIONS, CreateMeterSerializer
from portal.api.cursors import PageTokenField

FILE_NAME: Final = re.compile(r"^[a-zA-Z0-9._\s-]+.[a-zA-Z0-9]+$")
TAGS: Final = ["create meters"]
JOB_STATUSES: Final = ["PROCESSING", "FAILED", "COMPLETED", "COMPLETED_WITH_ERRORS"]
ASSET_STATUSES: Final = ["PROCESSING", "FAILED", "DUPLICATE", "COMPLETED", "MULTIPLE_PARTNER_REFERENCE"]
# The published names of an AssetUploadStatus. Ours are among them; the others are Leap's own findings.
_DETAIL_NAMES: Final = [
    "ACCOUNT_MISMATCH",
    "ADDRESS_INCOMPLETE",
    "ADDRESS_NOT_FOUND",
    "ADDRESS_NOT_REGISTERED_FOR_ESIID",
    "DUPLICATE_METER",
    "DUPLICATE_REF_ID",
    "METER_CREATED",
    "METER_UPDATED",
    "MULTIPLE_ACCOUNTS",
    "UNSUPPORTED_ADDRESS",
    "UNSUPPORTED_ZIP_CODE",
    "VALIDATION_ERROR",
    "PROCESSING_ERROR",
]


class ListQuerySerializer(serializers.Serializer[object]):
    """What lists of jobs and of provisional assets share."""

    filter = serializers.ListField(
        child=serializers.CharField(),
        required=False,
        max_length=20,
        help_text="key:value1,value2; one value must match, and of several filters all must.",
    )
    page_token = PageTokenField()
    page_size = serializers.IntegerField(required=False, default=100, min_value=1, max_value=500)
    search_query = serializers.CharField(required=False, help_text="One or more texts, separated by commas.")
    search_fields = serializers.ListField(
        child=serializers.CharField(max_length=200),
        required=False,
        max_length=20,
        help_text="Where to search. Use it with search_query.",
    )


class ListMeterBatchJobsQuerySerializer(ListQuerySerializer):
    """Filters: status, transmission_region, file_name. Search fields: file_name, partner_reference."""


class ListProvisionalAssetsQuerySerializer(ListQuerySerializer):
    """Filters: status, transmission_region, partner_reference, job_id. Search fields: partner_reference,
    device_serial_number, file_name."""


class DryRunField(serializers.BooleanField):
    """Asks what would happen."""

    def __init__(self) -> None:
        super().__init__(
            required=False, default=False, help_text="Only return what would happen. Nothing is stored or changed."
        )


class CreateMeterQuerySerializer(serializers.Serializer[object]):
    """What the operations that create meters share."""

    update_existing = serializers.BooleanField(
        required=False, default=False, help_text="Update a meter with the same partner_reference; else a duplicate."
    )
    dry_run = DryRunField()


class CreateMeterBatchJobQuerySerializer(CreateMeterQuerySerializer):
    """The parameters of createMeterBatchJob."""

    file_name = serializers.RegexField(FILE_NAME, required=False, allow_blank=True, default="", max_length=255)


class CreateMeterBatchJobRequestSerializer(serializers.Serializer[object]):
    """The assets to create meters from."""

    assets = serializers.ListField(child=CreateMeterSerializer(), min_length=1)


class CreateMeterBatchJobResponseSerializer(serializers.Serializer[object]):
    """The new job. Get it to see the results of the assets."""

    job_id = serializers.UUIDField()


class WarningSerializer(serializers.Serializer[object]):
    """A warning. It didn't stop the request."""

    field = serializers.CharField(allow_blank=True, help_text="The field or column; empty for the whole.")
    code = serializers.CharField(help_text="Stable, for programs.")
    message = serializers.CharField(help_text="For people.")


class JobSerializer(serializers.Serializer[object]):
    """A job: its progress, and how many assets it created, updated and failed."""

    job_id = serializers.UUIDField()
    status = serializers.ChoiceField(JOB_STATUSES)
    file_name = serializers.CharField(allow_blank=True)
    assets_count = serializers.IntegerField()
    assets_created_count = serializers.IntegerField()
    assets_updated_count = serializers.IntegerField()
    assets_failed_count = serializers.IntegerField()
    transmission_regions = serializers.ListField(child=serializers.ChoiceField(REGIONS))
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class PagedJobsSerializer(serializers.Serializer[object]):
    """One page of jobs."""

    jobs = JobSerializer(many=True)
    next_page_token = serializers.CharField(
        required=False, help_text="Token for the next page; absent on the last page."
    )


class StatusDetailSerializer(serializers.Serializer[object]):
    """The result of the asset; empty while it is being processed."""

    name = serializers.ChoiceField(_DETAIL_NAMES, required=False)
    description = serializers.CharField(required=False)
    failed_fields = serializers.DictField(
        child=serializers.CharField(), required=False, help_text="Errors by field, without warnings."
    )


class AssetUploadStatusSerializer(serializers.Serializer[object]):
    """The result of one asset."""

    partner_reference = serializers.CharField(allow_blank=True, help_text="Empty when the asset has none.")
    status = serializers.ChoiceField(ASSET_STATUSES)
    status_detail = StatusDetailSerializer()
    created_at = serializers.DateTimeField()
    meter_id = serializers.UUIDField(required=False, help_text="The meter that was created or updated.")
    warnings = WarningSerializer(many=True, required=False, help_text="An addition to Leap’s published API.")


class JobAndAssetsSerializer(JobSerializer):
    """A job and the result of each asset."""

    assets = AssetUploadStatusSerializer(many=True)
    status_detail = StatusDetailSerializer(
        required=False, help_text="Why the file could not be used. An addition to Leap’s published API."
    )
    warnings = WarningSerializer(
        many=True, required=False, help_text="About the whole request, such as unknown columns."
    )


class ProvisionalAssetSerializer(AssetUploadStatusSerializer):
    """An asset of a job and its result."""

    job_id = serializers.UUIDField(help_text="The job that sent the asset.")
    data = CreateMeterSerializer(  # type: ignore[assignment]  # a field, which DRF takes out of the class
        required=False, help_text="The checked asset; absent while it has errors."
    )


class ListProvisionalAssetsResponseSerializer(serializers.Serializer[object]):
    """One page of provisional assets."""

    provisional_assets = ProvisionalAssetSerializer(many=True)
    next_page_token = serializers.CharField(
        required=False, help_text="Token for the next page; absent on the last page."
    )


class KeyValueFilterSerializer(serializers.Serializer[object]):
    """A key of the filter parameter and its possible values."""

    key = serializers.CharField()
    values = serializers.ListField(child=serializers.CharField())


class MeterJobFiltersResponseSerializer(serializers.Serializer[object]):
    """What jobs can be filtered by."""

    filter_options = KeyValueFilterSerializer(many=True)


class ListProvisionalAssetsFiltersResponseSerializer(serializers.Serializer[object]):
    """What provisional assets can be filtered by."""

    filter_options = KeyValueFilterSerializer(many=True)
