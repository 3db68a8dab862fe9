"""Deleting the files of uploads that ended; their rows and receipts stay."""

from datetime import timedelta
from typing import Final

from onboarding.uploads.models import Upload, UploadState
from portal.storage.files import remove
from portal.web import clock

_ENDED: Final = (
    UploadState.DONE,
    UploadState.WITHDRAWN,
    UploadState.MERGED,
    UploadState.DISCARDED,
    UploadState.FAILED,
)
_AT_ONCE: Final = 1000


def delete_files(*, older_than: timedelta) -> int:
    """Delete the files of uploads that ended that long ago; returns how many. At most a thousand, the others next time.

    An upload that is taken up again later says that its file is no longer kept.
    """
    ended = Upload.objects.filter(state__in=_ENDED, updated_at__lt=clock.now() - older_than).exclude(stored_name="")
    uploads = list(ended.order_by("updated_at").values_list("pk", "stored_name")[:_AT_ONCE])
    for _, name in uploads:
        remove(name)  # before the row says so: what stops in between is done again
    return Upload.objects.filter(pk__in=[pk for pk, _ in uploads]).update(stored_name="")
