"""A caller of the API."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from portal.partners.models import ApiKey
from tests.onboarding.uploads.conftest import send

__all__ = ["send"]  # a fixture
Call = Callable[..., Any]


@pytest.fixture
def call(api_key: tuple[ApiKey, str]) -> Call:
    """call("post", path, body) with Acme's key; a body of bytes is CSV."""

    def ask(method: str, path: str, body: Any = None, **headers: str) -> Any:
        kind = "text/csv" if isinstance(body, bytes) else "application/json"
        content = {} if body is None else {"data": body, "content_type": kind}
        return getattr(Client(), method)(path, headers={"Authorization": f"Bearer {api_key[1]}", **headers}, **content)

    return ask
