"""Where no network namespaces can be made, `make cluster` says so in a sentence and fails."""

import os
import shutil

import pytest

from .__main__ import main


@pytest.mark.parametrize("lacks", ["root", "ip"])
def test_cluster_says_what_it_needs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], lacks: str
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000 if lacks == "root" else 0)
    monkeypatch.setattr(shutil, "which", lambda _: None if lacks == "ip" else "/usr/sbin/ip")

    status = main([])

    assert status == 1
    assert capsys.readouterr().out == (
        "make cluster makes network namespaces, which needs Linux, root and the command ip (Debian: iproute2).\n"
    )
