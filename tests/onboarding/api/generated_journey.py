"""A partner's program, written against the client that is generated from our schema: type-checked, then run.

It is no module of the portal: `portal_client` is made by tests/onboarding/api/test_generated_client.py.
"""

from collections.abc import Callable
from http import HTTPStatus

from portal_client import AuthenticatedClient
from portal_client.api.create_meters import (
    create_meter_batch_job,
    create_onboarding_token,
    create_single_meter,
    get_meter_batch_job,
)
from portal_client.api.eligibility import check_eligibility
from portal_client.api.meter_details import get_meter_details, search_meter_details
from portal_client.api.meter_enrollment import get_meter_enrollment
from portal_client.models import (
    AssetUploadStatus,
    CreateAssetRequest,
    CreateMeterBatchJobRequest,
    CreateMeterBatchJobResponse,
    DryRunAnswer,
    Eligibility,
    EligibilityRequest,
    JobAndAssets,
    ListMeterDetailsResponse,
    MeterDetailsResponse,
    MeterEnrollmentResponse,
    MeterFilterRequest,
    OnboardingToken,
    OnboardingTokenRequest,
    ProvisionalAsset,
)
from portal_client.types import Unset

ASSET = {
    "partner_reference": "home-000001",
    "transmission_region": "CAISO",
    "customer_classification": "RESIDENTIAL",
    "load_types": ["BATTERY_STORAGE"],
    "meter_type": "DEVICE",
    "customer": {
        "street_1": "1 Main Street",
        "postal_code": "94103",
        "city": "San Francisco",
        "state_or_province_code": "CA",
        "country_code": "US",
    },
    "device": {"battery_power_capacity_kw": 5.0, "battery_energy_capacity_kwh": 13.5},
    "site": {"number_of_devices": 1},
}


def journey(address: str, key: str, work: Callable[[], int]) -> dict[str, str]:
    """From the question whether an asset is eligible to the enrollment of its meter. work: does what is queued."""
    with AuthenticatedClient(base_url=address, token=key, raise_on_unexpected_status=True) as client:
        return _made(client, work)


def _made(client: AuthenticatedClient, work: Callable[[], int]) -> dict[str, str]:
    question = EligibilityRequest.from_dict({"asset": {"meter_type": "DEVICE", "customer": {"postal_code": "94103"}}})
    eligibility = check_eligibility.sync(client=client, body=question)
    assert isinstance(eligibility, Eligibility)
    unknown = {one.program_identifier.value: one.not_known_yet for one in eligibility.programs}

    body = CreateMeterBatchJobRequest.from_dict({"assets": [ASSET]})
    preview = create_meter_batch_job.sync(client=client, body=body, dry_run=True)
    assert isinstance(preview, DryRunAnswer)
    created = create_meter_batch_job.sync_detailed(client=client, body=body, file_name="meters.json")
    assert created.status_code == HTTPStatus.CREATED
    assert isinstance(created.parsed, CreateMeterBatchJobResponse)
    work()

    job = get_meter_batch_job.sync(created.parsed.job_id, client=client)
    assert isinstance(job, JobAndAssets)
    asset: AssetUploadStatus = job.assets[0]
    assert not isinstance(asset.meter_id, Unset)

    meter = get_meter_details.sync(asset.meter_id, client=client)
    assert isinstance(meter, MeterDetailsResponse)
    search = MeterFilterRequest.from_dict({"partner_references": [meter.partner_reference]})
    meters = search_meter_details.sync(client=client, body=search)
    assert isinstance(meters, ListMeterDetailsResponse)
    enrollment = get_meter_enrollment.sync(asset.meter_id, client=client)
    assert isinstance(enrollment, MeterEnrollmentResponse)

    token = create_onboarding_token.sync(client=client, body=OnboardingTokenRequest())
    assert isinstance(token, OnboardingToken)
    another = {**ASSET, "partner_reference": "home-000002"}
    submission = CreateAssetRequest.from_dict(
        {"onboarding_token": token.onboarding_token, "provisional_asset": another}
    )
    single = create_single_meter.sync(client=client, body=submission)
    assert isinstance(single, ProvisionalAsset)

    return {
        "unknown": ", ".join(one.field for one in unknown["CEC-DSGS"]),
        "preview": preview.assets[0].outcome.value,
        "job": job.status.value,
        "asset": asset.status.value,
        "single": single.status.value,
        "meters": ", ".join(one.partner_reference for one in meters.meters),
        "enrollment": enrollment.global_enrollment_status.value,
    }
