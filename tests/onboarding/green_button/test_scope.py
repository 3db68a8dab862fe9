"""The ESPI scope: real ones, odd ones, and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onboarding.green_button.scope import Scope, history_days, parse_scope, write_scope

PGE = (
    "FB=1_3_4_5_8_13_14_15_18_19_31_32_35_37_38_39_40;IntervalDuration=900_3600;BlockDuration=Daily;"
    "HistoryLength=63072000;SubscriptionFrequency=Daily;AccountCollection=1;"
)


def test_scope_of_pge_is_read() -> None:
    scope = parse_scope(PGE)

    assert scope == Scope(
        function_blocks=(1, 3, 4, 5, 8, 13, 14, 15, 18, 19, 31, 32, 35, 37, 38, 39, 40),
        interval_durations=(900, 3600),
        block_duration="Daily",
        history_length=63_072_000,
        subscription_frequency="Daily",
        account_collection="1",
    )
    assert history_days(scope) == 730
    assert str(scope) == PGE.removesuffix(";")


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        ("", Scope()),
        (";;", Scope()),
        (" fb = 1_3 ; historylength=13 ", Scope(function_blocks=(1, 3), history_length=13)),
        ("FB=1_3_;BR=abc=1", Scope(function_blocks=(1, 3), bulk_id="abc=1")),
        ("FB=1;FB=2;Hue=red;openid", Scope(function_blocks=(1,), others=(("FB", "2"), ("Hue", "red"), ("openid", "")))),
        ("FB=one;HistoryLength=long", Scope(others=(("FB", "one"), ("HistoryLength", "long")))),
    ],
)
def test_odd_scopes_are_read(text: str, scope: Scope) -> None:
    assert parse_scope(text) == scope
    assert parse_scope(write_scope(scope)) == scope


@pytest.mark.parametrize(("length", "days"), [(0, 0), (13, 403), (48, 1488), (86_400, 1), (63_072_000, 730)])
def test_history_is_in_months_or_seconds(length: int, days: int) -> None:
    assert history_days(Scope(history_length=length)) == days


def test_endless_scope_is_refused() -> None:
    with pytest.raises(ValueError, match="too long"):
        parse_scope("a=1;" * 101)


texts = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=12)
naturals = st.lists(st.integers(0, 10**11), max_size=8).map(tuple)


@given(
    st.builds(
        Scope,
        function_blocks=naturals,
        interval_durations=naturals,
        block_duration=texts,
        history_length=st.integers(0, 10**11),
        subscription_frequency=texts,
        account_collection=texts,
        bulk_id=texts,
        others=st.lists(st.tuples(texts.map("x{}".format), texts), max_size=4).map(tuple),
    )
)
def test_written_scope_is_read_as_it_was(scope: Scope) -> None:
    assert parse_scope(write_scope(scope)) == scope
    assert parse_scope(f"{write_scope(scope)};") == scope
