"""What both sides know: which utilities are played, at which addresses, and the client that the portal is there.

Pure: the portal reads it too, so there is no Django here.
"""

import json
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Final

FOLDER: Final = "demo_utility"  # below the data directory


@dataclass(frozen=True, slots=True)
class Registration:
    """The portal as a client of every utility that is played here."""

    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Utility:
    """A utility that is played: `code` is its `utility_name` in the catalogue, `shape` whose feeds it imitates."""

    code: str
    slug: str
    name: str
    region: str
    shape: str
    scope: str


_PGE_BLOCKS: Final = "FB=1_3_4_5_8_13_14_15_18_19_31_32_35_37_38_39_40"
UTILITIES: Final[Mapping[str, Utility]] = MappingProxyType(
    {
        utility.code: utility
        for utility in (
            Utility(
                "LEAP_TEST_CAISO",
                "caiso",
                "Golden Demo Electric",
                "CAISO",
                "PGE",
                f"{_PGE_BLOCKS};IntervalDuration=900_3600;BlockDuration=Daily;HistoryLength=63072000;"
                "SubscriptionFrequency=Daily;AccountCollection=1;",
            ),
            Utility(
                "DEMO2",
                "caiso2",
                "Southern Demo Edison",
                "CAISO",
                "SCE",
                "FB=1_3_4_5_13_15_31_37_39;IntervalDuration=3600;BlockDuration=monthly;HistoryLength=13",
            ),
            Utility(
                "LEAP_TEST_NYISO",
                "nyiso",
                "Empire Demo Power",
                "NYISO",
                "ESPI",
                "FB=1_3_4_5_13_31_37_39_51_53;IntervalDuration=900;BlockDuration=monthly;HistoryLength=24",
            ),
            Utility(
                "PJM_DEMO",
                "pjm",
                "Keystone Demo Power",
                "PJM",
                "ESPI",
                "FB=1_3_4_5_13_31_37_39_51_53;IntervalDuration=3600;BlockDuration=monthly;HistoryLength=24",
            ),
        )
    }
)


def endpoints(base_url: str, code: str) -> Mapping[str, str]:
    """Where a utility is reached: issuer, authorization, token, revocation, resource; and the scope to ask for.

    `base_url` is the demo utility's own, for example http://127.0.0.1:8010.
    """
    utility = UTILITIES[code]
    issuer = f"{base_url.rstrip('/')}/{utility.slug}"
    return {
        "issuer": issuer,
        "authorization": f"{issuer}/oauth/authorize",
        "token": f"{issuer}/oauth/token",
        "revocation": f"{issuer}/oauth/revoke",
        "resource": f"{issuer}/espi/1_1/resource/",
        "scope": utility.scope,
    }


def registration(data_dir: Path) -> Registration:
    """The client of this data directory; made by whoever asks first, and kept in a file that only its owner reads."""
    text = kept(data_dir / FOLDER / "client.json", lambda: json.dumps(_new_client()))
    client = json.loads(text)
    return Registration(client["client_id"], client["client_secret"])


def kept(path: Path, make: Callable[[], str]) -> str:
    """The text in a file; if there is none, what `make` says is put there whole. Two processes agree on one text."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w") as file:
                file.write(make())
            _link(draft, path)
        finally:
            draft.unlink()
    return path.read_text()


def _link(draft: Path, path: Path) -> None:
    """Give the whole file its name, unless another process was first."""
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        pass


def _new_client() -> dict[str, str]:
    return {"client_id": f"portal-{secrets.token_hex(8)}", "client_secret": secrets.token_urlsafe(48)}
