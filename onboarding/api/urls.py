"""The paths of the published contract."""

from django.urls import path

from onboarding.api import (
    connections,
    eligibility,
    events,
    funnel,
    interval_data,
    meter_changes,
    meter_details,
    missing_intervals,
    portfolio,
)
from onboarding.api.create_meters import jobs, provisional_assets, single
from onboarding.api.enrollment import participation, status

_METERS = "v1.1/enrollment/meters/"
_INTERVAL_UPLOADS = "v1.1/jobs/interval-data-uploads"

urlpatterns = [
    path("v1.1/connections", connections.Connections.as_view(), name="api-connections"),
    path("v1.1/connect/funnel", funnel.ConnectFunnel.as_view(), name="api-connect-funnel"),
    path("v1.1/events", events.Events.as_view(), name="api-events"),
    path("v1.1/interval-data", interval_data.IntervalData.as_view(), name="api-interval-data"),
    path(_INTERVAL_UPLOADS, interval_data.IntervalDataUploads.as_view(), name="api-interval-uploads"),
    path(
        f"{_INTERVAL_UPLOADS}/presigned-url/<str:job_id>",
        interval_data.IntervalDataPresignedUrl.as_view(),
        name="api-interval-presigned-url",
    ),
    path(
        f"{_INTERVAL_UPLOADS}/file-preview/<str:job_id>",
        interval_data.IntervalDataFilePreview.as_view(),
        name="api-interval-preview",
    ),
    path(
        f"{_INTERVAL_UPLOADS}/<str:job_id>",
        interval_data.IntervalDataUploadErrors.as_view(),
        name="api-interval-upload",
    ),
    path("v1.1/jobs/meters", jobs.MeterBatchJobs.as_view(), name="api-meter-jobs"),
    path("v1.1/jobs/meter-job-filters", jobs.MeterBatchJobsFilters.as_view(), name="api-meter-job-filters"),
    path("v1.1/jobs/meters/<str:job_id>", jobs.MeterBatchJob.as_view(), name="api-meter-job"),
    path("v1.1/meters", single.SingleMeter.as_view(), name="api-single-meter"),
    path("v1.1/onboarding-tokens", single.OnboardingTokens.as_view(), name="api-onboarding-tokens"),
    path("v1.1/portfolio", portfolio.PortfolioFigures.as_view(), name="api-portfolio"),
    path("v1.1/provisional-assets", provisional_assets.ProvisionalAssets.as_view(), name="api-provisional-assets"),
    path(
        "v1.1/provisional-assets-filters",
        provisional_assets.ProvisionalAssetsFilters.as_view(),
        name="api-provisional-assets-filters",
    ),
    path("v1.1/eligibility", eligibility.Eligibility.as_view(), name="api-eligibility"),
    path("v1.1/meters/tags", meter_changes.Tags.as_view(), name="api-meter-tags"),
    path("v1.1/meters/partner_meter_ref", meter_changes.BulkPartnerMeterRef.as_view(), name="api-meter-references"),
    path(
        "v1.1/meters/<str:meter_id>/partner_meter_ref",
        meter_changes.PartnerMeterRef.as_view(),
        name="api-meter-reference",
    ),
    path(
        "v2/meters/<str:meter_id>/market-registrations/refresh-requests",
        meter_changes.RefreshRequests.as_view(),
        name="api-registration-refresh",
    ),
    path(
        "v1.1/missing-interval-data/search",
        missing_intervals.MissingIntervalDataSearch.as_view(),
        name="api-missing-interval-data",
    ),
    path("v2/meters/search", meter_details.MeterDetailsSearch.as_view(), name="api-meter-search"),
    path("v2/meters/<str:meter_id>", meter_details.MeterDetails.as_view(), name="api-meter"),
    path("v2/meters/enrollments/search", status.MeterEnrollmentsSearch.as_view(), name="api-enrollment-search"),
    path("v2/meters/<str:meter_id>/enrollments", status.MeterEnrollment.as_view(), name="api-enrollment"),
    path(f"{_METERS}idle_periods", participation.BulkIdlePeriods.as_view(), name="api-idle-periods-many"),
    path(
        f"{_METERS}disenrollment_requests",
        participation.BulkDisenrollmentRequests.as_view(),
        name="api-disenroll-many",
    ),
    path(f"{_METERS}participate", participation.BulkParticipate.as_view(), name="api-participate-many"),
    path(f"{_METERS}<str:meter_id>/idle_periods", participation.IdlePeriods.as_view(), name="api-idle-periods"),
    path(
        f"{_METERS}<str:meter_id>/disenrollment_requests",
        participation.DisenrollmentRequests.as_view(),
        name="api-disenroll",
    ),
    path(f"{_METERS}<str:meter_id>/participate", participation.Participate.as_view(), name="api-participate"),
]
