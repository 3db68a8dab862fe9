"""The digest of a program's rules: the same in every process, another one when the rules are others."""

import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from onboarding.enrollment.rules import _as_json, rules_of
from programs.schema import schema_for

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
AT = datetime(2026, 11, 25, 12, tzinfo=UTC)


def test_digest_changes_with_each_part_of_the_rules():
    schema, rules = schema_for(rules_of()), rules_of(["CEC-DSGS"])["CEC-DSGS"]
    others = [
        replace(rules, name="Another name"),
        replace(rules, states=frozenset({"NV"})),
        replace(rules, periods=rules.periods[:1]),
        replace(rules, actions={}),
        replace(rules, exclusions=()),
    ]

    digests = {one.digest(schema, AT) for one in [rules, *others]}

    assert len(digests) == 6
    assert rules.digest(schema, AT) in digests


def test_what_has_no_canonical_form_is_refused():
    with pytest.raises(TypeError, match="no canonical form for function"):
        _as_json(lambda: None)


def test_a_set_has_the_same_form_in_every_process():
    code = "from onboarding.enrollment.rules import _as_json; print(_as_json(frozenset('BCADE')))"
    setup = "import django; django.setup(); "

    def printed(seed: str) -> bytes:
        env = {**os.environ, "PYTHONHASHSEED": seed, "DJANGO_SETTINGS_MODULE": "portal.settings"}
        return subprocess.run([sys.executable, "-c", setup + code], env=env, capture_output=True, check=True).stdout

    assert printed("1") == printed("2") == b"['A', 'B', 'C', 'D', 'E']\n"
