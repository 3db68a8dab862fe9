"""Notifications: the list of what is ready, read and written."""

from datetime import UTC, datetime

import pytest

from onboarding.green_button import problems
from onboarding.green_button.batch_list import BatchList, read_batch_list, write_batch_list
from onboarding.green_button.problems import FeedRefused

URI = "https://utility.example/espi/1_1/resource/Batch/Subscription/1?published-min=1&x=2"


def test_written_list_is_read_as_it_was() -> None:
    assert read_batch_list(write_batch_list([URI, f"{URI}2"])) == BatchList((URI, f"{URI}2"))


def test_times_prefixes_and_repeats_are_read() -> None:
    data = (
        b'<n:BatchList xmlns:n="http://naesb.org/espi"><n:resources>https://a.example/1</n:resources><n:resources> '
        b"https://a.example/1 </n:resources><n:published-min>1700000000</n:published-min>"
        b"<n:published-max>2024-01-01T00:00:00Z</n:published-max></n:BatchList>"
    )

    assert read_batch_list(data) == BatchList(
        ("https://a.example/1",), datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC), datetime(2024, 1, 1, tzinfo=UTC)
    )


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", problems.EMPTY),
        (b"<feed/>", problems.NOT_GREEN_BUTTON),
        (b"<BatchList><resources>", problems.MALFORMED),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><BatchList><resources>&b;</resources></BatchList>', problems.DTD),
        (write_batch_list([f"https://a.example/{n}" for n in range(6)]), problems.TOO_MANY),
        (write_batch_list(["https://a.example/" + "a" * 3000]), problems.TEXT_TOO_LONG),
        (write_batch_list(["https://a.example/"]) + b" " * 1024 * 1024, problems.TOO_LARGE),
    ],
)
def test_what_is_no_list_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(FeedRefused) as caught:
        read_batch_list(data, max_resources=5)

    assert caught.value.code == code
