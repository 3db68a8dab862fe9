"""Onboarding tokens, and the one meter that each of them creates."""

import hashlib
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from django.core import signing
from django.db import IntegrityError, transaction

from onboarding.api.create_meters.dry_run import preview_of_json
from onboarding.api.create_meters.models import OnboardingToken
from onboarding.meter_form.staging import stage_typed_rows
from onboarding.uploads.models import WRITTEN, Upload, UploadSource
from onboarding.uploads.pipeline.commit import commit_at_once
from onboarding.uploads.pipeline.json_assets import flattened
from onboarding.uploads.pipeline.preview import CandidateRow
from onboarding.uploads.pipeline.receive import refuse_incomplete_catalogue
from portal.events.actors import Actor
from portal.events.domain import record
from portal.partners.models import Partner
from portal.problems import Problem, Refused
from portal.storage.ids import as_uuid
from portal.web import clock
from portal.web.days import moment_text

_SALT: Final = "onboarding.api.onboarding_token"
_ATTEMPTS: Final = 3
KEPT: Final = timedelta(days=30)  # after its end, so that a late customer is told what happened


class _Moved(Exception):
    """The meter or its reference changed between the check and the writing."""


def create_token(
    partner: Partner, *, default_values: Mapping[str, object], valid_for: timedelta, by: Actor
) -> OnboardingToken:
    """A token that creates one meter, with an event. The caller has checked the default values."""
    with transaction.atomic():
        token = OnboardingToken.objects.create(
            partner=partner, default_values=dict(default_values), expires_at=clock.now() + valid_for
        )
        record("onboardingtoken.created", subject=token, partner=partner, by=by)
    return token


def text_of(token: OnboardingToken) -> str:
    """What the partner gets."""
    return signing.dumps(str(token.pk), salt=_SALT)


def token_of(partner: Partner, text: str) -> OnboardingToken:
    """The partner's token. Refuses: TOKEN_UNKNOWN, TOKEN_EXPIRED (a used one is found whatever its age)."""
    try:
        pk = as_uuid(str(signing.loads(text, salt=_SALT)))
    except signing.BadSignature:
        pk = None
    token = OnboardingToken.objects.filter(partner=partner, pk=pk).first() if pk else None
    if token is None:
        raise Refused(Problem("TOKEN_UNKNOWN", "onboarding_token"))
    if token.used_at is None and token.expires_at <= clock.now():
        raise Refused(Problem("TOKEN_EXPIRED", "onboarding_token", "", {"at": moment_text(token.expires_at)}))
    return token


def with_defaults(defaults: Mapping[str, object], asset: Mapping[str, object]) -> dict[str, object]:
    """The asset, with the default values where it says nothing. A list is taken as a whole."""
    given = {name: value for name, value in asset.items() if value is not None and value != ""}
    inner = {
        name: with_defaults(default, value)
        for name, default in defaults.items()
        if isinstance(default, dict) and isinstance(value := given.get(name), dict)
    }
    return {**defaults, **given, **inner}


def create_single(token: OnboardingToken, asset: Mapping[str, Any], *, update_existing: bool, by: Actor) -> Upload:
    """Create or update the meter of one asset at once; the upload says what became of it.

    The same submission again finds the first one's upload, also when both come at the same moment. Refuses: TOKEN_USED
    for other values once the meter is there, TOKEN_IN_TRANSIT, CATALOGUE_INCOMPLETE.
    """
    refuse_incomplete_catalogue()
    for _ in range(_ATTEMPTS):
        try:
            return _create_once(token, asset, update_existing=update_existing, by=by)
        except (_Moved, IntegrityError):
            continue
    raise Refused(Problem("TOKEN_IN_TRANSIT", "provisional_asset"))


def upload_before(token: OnboardingToken, asset: Mapping[str, Any], *, update_existing: bool) -> Upload | None:
    """The upload of the same submission, if the token was used for it. Refuses: TOKEN_USED when it was for another."""
    if token.upload is not None and token.sha256 == _digest(asset, update_existing=update_existing):
        return token.upload
    if token.used_at is not None:
        raise Refused(Problem("TOKEN_USED", "onboarding_token"))
    return None


def _digest(asset: Mapping[str, Any], *, update_existing: bool) -> str:
    return hashlib.sha256(json.dumps([asset, update_existing], sort_keys=True).encode()).hexdigest()


def _create_once(token: OnboardingToken, asset: Mapping[str, Any], *, update_existing: bool, by: Actor) -> Upload:
    with transaction.atomic():
        locked = OnboardingToken.objects.select_for_update().get(pk=token.pk)
        if before := upload_before(locked, asset, update_existing=update_existing):
            return before
        upload, is_written = _written(token, asset, update_existing=update_existing, by=by)
        if is_written:
            locked.used_at, locked.upload = clock.now(), upload
            locked.sha256 = _digest(asset, update_existing=update_existing)
            locked.save(update_fields=["used_at", "upload", "sha256"])
        return upload


def _written(
    token: OnboardingToken, asset: Mapping[str, Any], *, update_existing: bool, by: Actor
) -> tuple[Upload, bool]:
    cells = flattened(with_defaults(token.default_values, asset))
    preview = preview_of_json(token.partner, update_existing=update_existing)
    result = preview.check([CandidateRow(0, cells)])[0]
    upload = stage_typed_rows(
        [(result, cells)],
        name=f"API: {result.reference}",
        programs=(),
        updates=update_existing,
        partner=token.partner,
        by=by,
        source=UploadSource.API,
    )
    is_written = commit_at_once(upload)
    if result.plan in WRITTEN and not is_written:
        raise _Moved
    return upload, is_written


def drop_expired_tokens() -> None:
    """Delete tokens that ended a while ago; the meters that they created stay."""
    OnboardingToken.objects.filter(expires_at__lt=clock.now() - KEPT).delete()
