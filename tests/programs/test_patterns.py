import re

import pytest

from programs.models import Field
from programs.models.patterns import fault_of


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+$",
        "((a+))+",
        "(?:a|aa)*",
        "(a?){30}",
        "(?P<x>a*){2,}",
        "x(y|z+)+",
        "a*a*a*b",
        "(",
        "[",
        "(a{1,9}){9}",
    ],
)
def test_pattern_that_does_not_compile_or_can_take_for_ever_is_refused(pattern):
    assert fault_of(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "^[0-9]{5}(?:-[0-9]{4})?$",
        r"^(ab){2}$",
        "[(+]+",
        r"\(a+\)+",
        "[a-z]+@[a-z]+",
        r"^[^\]]{1,20}$",
        "a|b",
        "a{2",
    ],
)
def test_harmless_pattern_is_accepted(pattern):
    assert fault_of(pattern) == ""


@pytest.mark.django_db
@pytest.mark.usefixtures("catalogue")
def test_every_seeded_pattern_is_harmless():
    patterns = set(Field.objects.exclude(pattern="").values_list("pattern", flat=True))

    assert len(patterns) >= 5
    assert [pattern for pattern in patterns if fault_of(pattern) or not re.compile(pattern)] == []
