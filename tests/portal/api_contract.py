"""The parts of the published contract that answers are held against, as JSON Schema written from its words."""

from typing import Any

import jsonschema

REGIONS = ["CAISO", "ERCOT", "NYISO", "ISONE", "PJM", "SERC", "WECC_SW", "WECC_PC"]
UUID = {"type": "string", "pattern": "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"}
TIME = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)$"}

JOB: dict[str, Any] = {
    "type": "object",
    "required": ["created_at", "job_id", "status", "updated_at"],
    "properties": {
        "job_id": UUID,
        "status": {"enum": ["PROCESSING", "FAILED", "COMPLETED", "COMPLETED_WITH_ERRORS"]},
        "file_name": {"type": "string"},
        "assets_count": {"type": "integer"},
        "assets_created_count": {"type": "integer"},
        "assets_updated_count": {"type": "integer"},
        "assets_failed_count": {"type": "integer"},
        "transmission_regions": {"type": "array", "items": {"enum": REGIONS}},
        "created_at": TIME,
        "updated_at": TIME,
    },
}
ASSET_STATUS: dict[str, Any] = {
    "type": "object",
    "required": ["partner_reference", "status", "status_detail"],
    "properties": {
        "partner_reference": {"type": "string"},
        "status": {"enum": ["PROCESSING", "FAILED", "DUPLICATE", "COMPLETED", "MULTIPLE_PARTNER_REFERENCE"]},
        "status_detail": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "name": {
                    "enum": [
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
                },
                "description": {"type": "string"},
                "failed_fields": {"type": "object", "additionalProperties": {"type": "string"}},
            },
        },
        "created_at": TIME,
        "meter_id": UUID,
    },
}
JOB_AND_ASSETS = {"allOf": [JOB, {"properties": {"assets": {"type": "array", "items": ASSET_STATUS}}}]}
PAGED_JOBS = {
    "type": "object",
    "required": ["jobs"],
    "properties": {"jobs": {"type": "array", "items": JOB}, "next_page_token": {"type": "string"}},
}
METER: dict[str, Any] = {
    "type": "object",
    "required": ["audit", "meter_id", "is_archived", "customer", "meter_type", "transmission_region"],
    "properties": {
        "meter_id": UUID,
        "partner_reference": {"type": "string", "minLength": 3, "maxLength": 256},
        "transmission_region": {"enum": REGIONS},
        "customer_classification": {"enum": ["RESIDENTIAL", "COMMERCIAL"]},
        "load_types": {"type": "array", "minItems": 1},
        "meter_type": {"enum": ["UTILITY_METER", "SUBMETER", "DEVICE"]},
        "connection_references": {"type": "array"},
        "tags": {"type": "array"},
        "is_archived": {"type": "boolean"},
        "customer": {
            "type": "object",
            "required": ["city", "country_code", "postal_code", "state_or_province_code", "street_1"],
        },
        "audit": {
            "type": "object",
            "properties": {
                "created_by": {"enum": ["PARTNER", "LEAP", "UTILITY"]},
                "created_at": TIME,
                "updated_at": TIME,
            },
        },
    },
}
METERS = {
    "type": "object",
    "required": ["meters"],
    "properties": {"meters": {"type": "array", "items": METER}, "next_page_token": {"type": "string"}},
}
STATUS = {"enum": ["ACTIVE", "ELIGIBLE", "INELIGIBLE", "NOT_PARTICIPATING", "PENDING"]}
PREFERENCE: dict[str, Any] = {
    "type": "object",
    "required": ["participation_preference", "start_time"],
    "properties": {
        "participation_preference": {"enum": ["PARTICIPATE", "IDLE", "DISENROLL"]},
        "start_time": TIME,
        "end_time": TIME,
        "reason": {"type": "string"},
    },
}
DEADLINE: dict[str, Any] = {
    "type": "object",
    "required": ["activation_date_time", "enrollment_deadline_date_time"],
    "properties": {"activation_date_time": TIME, "enrollment_deadline_date_time": TIME},
}
PROGRAM_ENROLLMENT: dict[str, Any] = {
    "type": "object",
    "required": [
        "delivery_period_end_date_time",
        "delivery_period_start_date_time",
        "enrollment_deadlines",
        "enrollment_status",
    ],
    "properties": {
        "program_identifier": {"type": "string"},
        "delivery_period": {"type": "string"},
        "delivery_period_start_date_time": TIME,
        "delivery_period_end_date_time": TIME,
        "enrollment_status": STATUS,
        "enrollment_deadlines": {"type": "array", "items": DEADLINE},
        "market_group_id": UUID,
        "market_group_name": {"type": "string"},
    },
}
ACTION: dict[str, Any] = {
    "type": "object",
    "required": [
        "action_code",
        "action_description",
        "action_type",
        "delivery_period",
        "enrollment_deadline_date_time",
        "program_identifier",
    ],
    "properties": {
        "enrollment_deadline_date_time": TIME,
        "action_type": {
            "enum": [
                "IS_AUTHORIZED",
                "DOCUMENTS_SIGNED",
                "HAS_AMI",
                "NOT_ENROLLED_IN_CONFLICTING_PROGRAM",
                "PARTICIPATING",
                "HAS_MARKET_REGISTRATION",
                "NO_MISSING_FIELDS",
                "GENERATOR",
                "ADDRESS",
                "HAS_NOMINATIONS",
                "HAS_BIDDING_STRATEGY",
                "IS_ELIGIBLE",
                "IS_ASSIGNED_TO_A_RESOURCE",
                "MEETS_EXTRA_PROGRAM_REQUIREMENTS",
            ]
        },
        "action_description": {"type": "string"},
        "action_code": {"type": "string"},
    },
}
ENROLLMENT: dict[str, Any] = {
    "type": "object",
    "required": [
        "audit",
        "global_enrollment_status",
        "is_archived",
        "load_types",
        "meter_id",
        "program_enrollment",
        "required_actions",
        "tags",
        "transmission_region",
    ],
    "properties": {
        **{name: value for name, value in METER["properties"].items() if name != "customer"},
        "global_enrollment_status": STATUS,
        "participation_preferences": {"type": "array", "items": PREFERENCE},
        "program_enrollment": {"type": "array", "items": PROGRAM_ENROLLMENT},
        "required_actions": {
            "type": "object",
            "properties": {
                "partner": {"type": "array", "items": ACTION},
                "leap": {"type": "array", "items": ACTION},
            },
        },
    },
}
ENROLLMENTS = {
    "type": "object",
    "properties": {"meters": {"type": "array", "items": ENROLLMENT}, "next_page_token": {"type": "string"}},
}


def _event(name: str, required: str, optional: str = "", **properties: Any) -> dict[str, Any]:
    """A published payload: no other fields than these."""
    names = required.split()
    return {
        "type": "object",
        "required": ["webhook_event_type", *names],
        "additionalProperties": False,
        "properties": {
            "webhook_event_type": {"const": name},
            **{field: properties.get(field, _PARTS.get(field)) for field in [*names, *optional.split()]},
        },
    }


_PARTS: dict[str, Any] = {
    "meter_id": UUID,
    "partner_reference": {"type": "string", "minLength": 3, "maxLength": 256},
    "transmission_region": {"enum": REGIONS},
    "meter_type": {"enum": ["UTILITY_METER", "SUBMETER", "DEVICE"]},
    "global_enrollment_status": STATUS,
    "participation_preference": PREFERENCE["properties"]["participation_preference"],
    "start_time": TIME,
    "end_time": TIME,
    "market_group_id": UUID,
    "market_group_name": {"type": "string"},
    "start_date_time": TIME,
    "end_date_time": TIME,
    "meter_ids": {"type": "array", "items": UUID},
    "utility_name": {"type": "string", "pattern": "^[A-Z0-9_]+$"},
    "required_actions": {
        "type": "object",
        "required": ["partner"],
        "additionalProperties": False,
        "properties": {"partner": {"type": "array", "items": ACTION}},
    },
}
_METER, _WHICH = "meter_id transmission_region", "partner_reference meter_type"
_ENROLLED = "meter.enrollment"
PAYLOADS = {
    payload["properties"]["webhook_event_type"]["const"]: payload
    for payload in (
        _event("meter.created", _METER, _WHICH),
        _event(f"{_ENROLLED}.global-status.updated", f"{_METER} global_enrollment_status", _WHICH),
        _event(
            f"{_ENROLLED}.participation-status.updated",
            f"{_METER} participation_preference start_time",
            f"{_WHICH} end_time",
        ),
        _event(f"{_ENROLLED}.required-actions.updated", f"{_METER} required_actions global_enrollment_status", _WHICH),
        _event(
            f"{_ENROLLED}.group.updated",
            "market_group_id market_group_name start_date_time end_date_time meter_ids",
        ),
        _event(
            "connect_session.updated",
            "partner_reference status",
            status={"enum": ["CREATED", "UPDATED", "CLOSED", "COMPLETED"]},
        ),
        _event(
            "connect_session.authorization_updated",
            "partner_reference utility_name status",
            status={"enum": ["INITIATED", "COMPLETED", "FAILED"]},
        ),
    )
}
PROVISIONAL_ASSET: dict[str, Any] = {"allOf": [ASSET_STATUS, {"required": ["job_id"], "properties": {"job_id": UUID}}]}
PROVISIONAL_ASSETS: dict[str, Any] = {
    "type": "object",
    "required": ["provisional_assets"],
    "properties": {
        "provisional_assets": {"type": "array", "items": PROVISIONAL_ASSET},
        "next_page_token": {"type": "string"},
    },
}
FILTER_OPTIONS: dict[str, Any] = {
    "type": "object",
    "required": ["filter_options"],
    "properties": {
        "filter_options": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["key", "values"],
                "properties": {
                    "key": {"type": "string"},
                    "values": {"type": "array", "items": {"type": "string"}},
                },
            },
        }
    },
}
CREATED_JOB = {"type": "object", "required": ["job_id"], "properties": {"job_id": UUID}}
ERROR: dict[str, Any] = {
    "type": "object",
    "required": ["title", "status", "details", "request_id"],
    "properties": {
        "title": {"type": "string", "minLength": 1, "maxLength": 2000},
        "status": {"type": "integer"},
        "details": {"type": ["object", "array"]},
        "request_id": {"type": "string", "pattern": "^[A-Za-z0-9-]{8,64}$"},
    },
}
WEBHOOK_ERROR: dict[str, Any] = {
    "type": "object",
    "required": ["error", "message", "request_id"],
    "properties": {"error": {"type": "string"}, "message": {"type": "string"}},
}
HEADER = {
    "type": "object",
    "required": ["name", "value"],
    "properties": {"name": {"type": "string"}, "value": {"type": "string"}},
}
WEBHOOK: dict[str, Any] = {
    "type": "object",
    "required": ["webhook_id", "event_types", "headers", "receiver_url"],
    "properties": {
        "webhook_id": UUID,
        "event_types": {"type": "array", "items": {"type": "string"}},
        "headers": {"type": "array", "items": HEADER},
        "receiver_url": {"type": "string"},
    },
}
WEBHOOK_ID = {"type": "object", "required": ["webhook_id"], "properties": {"webhook_id": UUID}}
WEBHOOK_TEST = {
    "type": "object",
    "required": ["is_successful"],
    "properties": {
        "is_successful": {"type": "boolean"},
        "error": {"type": "string"},
        "status_code": {"type": "integer"},
        "response_time_ms": {"type": "integer"},
    },
}
INTERVAL_STATE = {"enum": ["QUEUED", "PROCESSING", "COMPLETED", "FAILED"]}
INTERVAL_PATH = {"type": "string", "pattern": "^/interval-data/[A-Za-z0-9._/-]+$"}
INTERVAL_UPLOADS: dict[str, Any] = {
    "type": "object",
    "required": ["uploads"],
    "properties": {
        "uploads": {
            "type": "array",
            "items": {
                "type": "object",
                "required": [
                    *("current_file_path", "last_job_id", "status", "uploaded_at_date_time", "uploaded_file_path"),
                ],
                "properties": {
                    "last_job_id": UUID,
                    "uploaded_file_path": INTERVAL_PATH,
                    "current_file_path": INTERVAL_PATH,
                    "uploaded_at_date_time": TIME,
                    "status": INTERVAL_STATE,
                    "feedback_csv_file_path": INTERVAL_PATH,
                    "error_csv_file_path": INTERVAL_PATH,
                },
            },
        },
        "next_page_token": {"type": "string"},
    },
}
_ERROR_COUNT: dict[str, Any] = {
    "type": "object",
    "required": ["code", "count"],
    "properties": {"column": {"type": "string"}, "code": {"type": "string"}, "count": {"type": "integer"}},
}
# As published: `summary` is required and error_summary described; `errors` within an error is required as well.
INTERVAL_ERRORS: dict[str, Any] = {
    "type": "object",
    "required": ["errors", "job_id", "summary"],
    "properties": {
        "job_id": UUID,
        "error_csv_file_path": INTERVAL_PATH,
        "error_summary": {"type": "array", "items": _ERROR_COUNT},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["code", "errors", "line", "message"],
                "properties": {
                    "line": {"type": "integer"},
                    "column": {"type": "string"},
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                    "errors": {"type": "array", "items": {"type": "string"}},
                },
            },
        },
    },
}
INTERVAL_PREVIEW: dict[str, Any] = {
    "type": "object",
    "properties": {
        "file_data": {"type": "array", "items": {"type": "string"}},
        "job_id": UUID,
        "status": INTERVAL_STATE,
        "created_at": TIME,
        "updated_at": TIME,
        "is_limited": {"type": "boolean"},
    },
}
MISSING_INTERVAL: dict[str, Any] = {
    "type": "object",
    "properties": {
        "meter_id": UUID,
        "data_type": {"enum": ["LOAD_DATA", "RUNTIME_DATA", "PERFORMANCE_DATA"]},
        "start_date_time_utc": TIME,
        "end_date_time_utc": TIME,
        "submission_deadline_date_time_utc": TIME,
        "status": {"enum": ["OPEN", "PROCESSING"]},
    },
}
# What an operation of the contract answers when all is well.
ANSWERS: dict[str, dict[str, Any]] = {
    "listMeterBatchJobs": PAGED_JOBS,
    "createMeterBatchJob": CREATED_JOB,
    "getMeterBatchJob": JOB_AND_ASSETS,
    "listMeterBatchJobsFilters": FILTER_OPTIONS,
    "createSingleMeter": PROVISIONAL_ASSET,
    "listProvisionalAssets": PROVISIONAL_ASSETS,
    "listProvisionalAssetsFilters": FILTER_OPTIONS,
    "getMeterDetails": METER,
    "searchMeterDetails": METERS,
    "getMeterEnrollment": ENROLLMENT,
    "searchMeterEnrollments": ENROLLMENTS,
    "searchMissingIntervalData": {
        "type": "object",
        "required": ["missing_intervals"],
        "properties": {
            "missing_intervals": {"type": "array", "items": MISSING_INTERVAL},
            "next_page_token": {"type": "string"},
        },
    },
    "listWebhooks": {
        "type": "object",
        "required": ["webhooks"],
        "properties": {"webhooks": {"type": "array", "items": WEBHOOK}},
    },
    "createWebhook": WEBHOOK_ID,
    "updateWebhook": WEBHOOK_ID,
    "deleteWebhook": {"type": "object", "required": ["message"], "properties": {"message": {"type": "string"}}},
    "testWebhook": WEBHOOK_TEST,
    "uploadIntervalData": CREATED_JOB,
    "listIntervalDataUploads": INTERVAL_UPLOADS,
    "listIntervalDataUploadErrors": INTERVAL_ERRORS,
    "intervalDataFilePreview": INTERVAL_PREVIEW,
}


def holds(answer: Any, schema: dict[str, Any]) -> bool:
    """True, or jsonschema's own account of what is wrong."""
    jsonschema.validate(answer, schema)
    return True
