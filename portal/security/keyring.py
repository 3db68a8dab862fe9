"""Secrets at rest: text encrypted with the first of the ENCRYPTION_KEYS and decrypted with any of them.

Fernet (https://github.com/fernet/spec) by the package cryptography: AES-128-CBC with an HMAC-SHA256, so that a token
that was changed is noticed. Putting a new key first and running `manage.py rotate_keys` renews what is stored.
"""

from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import FieldError, ValidationError
from django.db import models
from django.db.models.expressions import Expression
from django.db.models.lookups import Exact
from django.db.models.query_utils import DeferredAttribute
from django.forms import CharField, PasswordInput
from django.forms import Field as FormField

UNREADABLE = (
    "A stored secret cannot be read: it was encrypted with a key that is no longer among ENCRYPTION_KEYS, or it was "
    "changed. Put the old key back at the end of the list, or enter the secret again."
)


SEALED = "sealed:"  # no secret begins so
_FERNET_BEGINS = "gAAAA"  # its version and the first bytes of the time, in base 64


class SecretUnreadable(Exception):
    """A secret was encrypted with a key that is missing now, or its token was changed."""

    def __init__(self, text: str = UNREADABLE) -> None:
        super().__init__(text)


class Secret(str):
    """Plain text of a secret: a str in every way, except that it does not show itself in a repr or a traceback."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "<secret>"


class Token(str):
    """A secret as it is stored: encrypted."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "<encrypted>"


@lru_cache(maxsize=8)
def _ring(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def ring() -> MultiFernet:
    """The keys of the settings: the first encrypts, all of them decrypt."""
    return _ring(tuple(settings.ENCRYPTION_KEYS))


def encrypt(text: str) -> str:
    """The text as a token that the first key made. The same text gives another token each time."""
    return ring().encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    """The text of a token that any of the keys made; raises SecretUnreadable for all others."""
    try:
        return Secret(ring().decrypt(token.encode()).decode())
    except InvalidToken:
        raise SecretUnreadable from None


def rotated(token: str) -> str:
    """The same secret as a token of the first key, with the time at which it was first encrypted.

    Raises SecretUnreadable.
    """
    try:
        return ring().rotate(token.encode()).decode()
    except InvalidToken:
        raise SecretUnreadable from None


def is_token(text: str) -> bool:
    """Whether the text looks like a token. No secret of an authenticator app and no seed of recovery codes does."""
    return text.startswith(_FERNET_BEGINS)


def is_readable(token: str) -> bool:
    """Whether any of the keys made this token."""
    try:
        decrypt(token)
    except SecretUnreadable:
        return False
    return True


def is_current(token: str) -> bool:
    """Whether the first key made this token."""
    try:
        _ring(tuple(settings.ENCRYPTION_KEYS[:1])).decrypt(token.encode())
    except InvalidToken:
        return False
    return True


class _SecretAttribute(DeferredAttribute):
    """The attribute of a row: it decrypts when it is read, so that a row with a lost key can still be loaded."""

    def __get__(self, instance: models.Model | None, cls: type[models.Model] | None = None) -> Any:
        value = super().__get__(instance, cls)
        return decrypt(value) if isinstance(value, Token) else value

    def __set__(self, instance: models.Model, value: object) -> None:
        instance.__dict__[self.field.attname] = Secret(value) if type(value) is str else value


class _IsEmpty(Exact):
    """The one comparison that a secret allows: whether there is none."""

    def get_prep_lookup(self) -> str:
        if self.rhs != "":
            raise FieldError("A secret is not searched for: compare it with the empty text, or not at all.")
        return ""


class SecretFormField(CharField):
    """The input of a secret, without what is stored. A page that asks again before it saves passes on `sealed` text."""

    def to_python(self, value: object) -> str:
        text = super().to_python(value) or ""
        return unsealed(text) if text.startswith(SEALED) else text


def sealed(text: str) -> str:
    """What somebody entered, in a form that a page can carry on to the next without showing it."""
    return f"{SEALED}{encrypt(text)}" if text else ""


def unsealed(text: str) -> str:
    """What was sealed; raises ValidationError when it was changed on the way."""
    try:
        return decrypt(text.removeprefix(SEALED))
    except SecretUnreadable:
        raise ValidationError("Enter the secret again.") from None


class SecretField(models.TextField):
    """A text that is stored encrypted and is plain text in Python. Empty stays empty.

    It cannot be searched for or sorted by; `field=""` and `field__isnull` ask whether there is a secret. Each save
    encrypts anew, with the first key. Fixtures (dumpdata) leave it out; a form shows an empty password field, and
    leaves the secret as it is when the field stays empty.
    """

    descriptor_class = _SecretAttribute

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("blank", True)
        kwargs.setdefault("default", "")
        super().__init__(*args, **kwargs)

    def from_db_value(self, value: str | None, expression: Expression, connection: object) -> str | None:
        return Token(value) if value else value

    def get_prep_value(self, value: Any) -> Any:
        if isinstance(value, Token):
            value = decrypt(value)
        return encrypt(str(value)) if value else value

    def get_lookup(self, lookup_name: str) -> type[models.Lookup] | None:
        if lookup_name == "exact":
            return _IsEmpty
        if lookup_name == "isnull":
            return super().get_lookup(lookup_name)
        raise FieldError(f"A secret is not searched for: {self.name} has no lookup {lookup_name}.")

    def value_from_object(self, obj: models.Model) -> Any:
        """Nothing: a form is not given what is stored."""
        return ""

    def save_form_data(self, instance: models.Model, data: object) -> None:
        """What a form was filled in with; left empty, the stored secret stays."""
        if data:
            super().save_form_data(instance, data)

    def value_to_string(self, obj: models.Model) -> str:
        """Nothing: a fixture is a file that anybody may read."""
        return ""

    def formfield(self, **kwargs: Any) -> FormField | None:
        widget = PasswordInput(render_value=False, attrs={"autocomplete": "new-password"})
        return super().formfield(**{"widget": widget, "form_class": SecretFormField, **kwargs})
