"""How long data is kept is declared once."""

from datetime import timedelta

import pytest

from portal.jobs.retention import Retention, register


def drop() -> None: ...


@pytest.mark.parametrize(("period", "text"), [(timedelta(days=30), "30 days"), (timedelta(hours=24), "24 hours")])
def test_period_in_words(period: timedelta, text: str) -> None:
    assert Retention("Letters", period, "they came", drop).period_text == text


def test_no_kind_is_declared_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.jobs.retention._RETENTIONS", {})
    register(Retention("Letters", timedelta(days=1), "they came", drop))

    with pytest.raises(ValueError, match="registered twice"):
        register(Retention("Letters", timedelta(days=2), "they came", drop))
