"""What a room above does for customers who come with a device: its steps of the journey, and the meter at the end."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict

from onboarding.connect.choices import Step
from onboarding.connect.models import ConnectSession
from portal.problems import Problem


@dataclass(frozen=True, slots=True)
class DescribedDevice:
    """A device in a few words, and its serial number."""

    text: str
    serial_number: str


@dataclass(frozen=True, slots=True)
class DeviceSteps:
    """content: what the page of a step shows; problems and what was typed when a step was refused. send: what the
    customer sends on a step, which Refuses. finish: what comes of the device at the end, in the caller's transaction.
    result: what the last page says of it.
    described: the device as the customer's own page tells it; None before there is one.
    """

    content: Callable[[ConnectSession, Step, Sequence[Problem], Mapping[str, str] | None], dict[str, object]]
    send: Callable[[ConnectSession, Step, QueryDict, Mapping[str, UploadedFile]], None]
    finish: Callable[[ConnectSession], None]
    result: Callable[[ConnectSession], dict[str, object]]
    described: Callable[[ConnectSession], DescribedDevice | None]


_REGISTERED: list[DeviceSteps] = []


def register(steps: DeviceSteps) -> None:
    """Say who does it; registering the same again has no effect."""
    if steps not in _REGISTERED:
        _REGISTERED.append(steps)


def device_steps() -> DeviceSteps:
    """Who does it."""
    return _REGISTERED[0]
