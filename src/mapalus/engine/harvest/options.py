"""Settings of a source: whether they fit what the connector asks for, and the same as typed values.

Strict: an unknown setting is refused, for it is a slip of the pen that would otherwise do nothing. Secrets are known
by name only; what looks like a secret itself is refused wherever it stands, and never repeated in the sentence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from mapalus.engine.errors import Invalid
from mapalus.engine.text import _
from mapalus.engine.web.addresses import checked

if TYPE_CHECKING:
    from mapalus.engine.harvest.connector import Connector, Option

__all__ = ["Settings", "fitting", "looks_secret"]

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,62}\Z")
_LONGEST = 4000
_MOST = 500
# what is a secret by its form alone
_FORM = re.compile(
    r"eyJ[\w-]{8,}\.[\w-]{8,}\.|-----BEGIN [A-Z ]*PRIVATE KEY|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bgh[pousr]_\w{20,}"
    r"|\bAIza[\w-]{30,}|\bxox[abp]-\w|\b(?:bearer|basic)\s+[\w+/.=-]{16,}|\bsk[-_](?:live|test)?[-_]?\w{20,}",
    re.IGNORECASE,
)
# `password=...` inside a longer text
_SAID = re.compile(
    r"(?:^|[\s;,&?\"'{])(?:pwd|pass(?:word|wd)?|secret|token|api[-_]?key|access[-_]?token|kata[-_]?sandi)\"?\s*[=:]\s*\S",
    re.IGNORECASE,
)
_PARAMETERS = {
    "key", "apikey", "api_key", "api-key", "token", "access_token", "auth", "password", "pwd", "secret", "sig",
    "signature", "x-amz-signature", "client_secret",
}  # fmt: skip
_NO_ADDRESS = _("This is no address that begins with https:// or http://.")
_TRUE, _FALSE = {"true", "ya", "yes", "1", "on"}, {"false", "tidak", "no", "0", "off", ""}


class Settings(Mapping[str, object]):
    """The settings of one source as `fitting` found them: every option of the connector has its value."""

    def __init__(self, values: Mapping[str, object]) -> None:
        self._values = dict(values)

    def __getitem__(self, name: str) -> object:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def text(self, name: str) -> str:
        """Empty where nothing was given."""
        value = self._values[name]
        return "" if value is None else str(value)

    def number(self, name: str) -> int:
        """0 where nothing was given and the connector has no default."""
        value = self._values[name]
        return value if isinstance(value, int) else 0

    def truth(self, name: str) -> bool:
        return self._values[name] is True

    def texts(self, name: str) -> tuple[str, ...]:
        value = self._values[name]
        return tuple(str(one) for one in value) if isinstance(value, tuple | list) else ()


def fitting(connector: Connector, given: Mapping[str, object]) -> Settings:
    """The settings with their defaults. Raises `Invalid` with one sentence (an English id) for each that is wrong."""
    options = {option.name: option for option in connector.options}
    wrong = {name: _("There is no such setting.") for name in given if name not in options}
    values: dict[str, object] = {}
    for name, option in options.items():
        value = given.get(name)
        try:
            values[name] = option.default if _is_blank(value) else _KINDS[option.kind.value](option, value)
        except _Unfit as unfit:
            wrong[name] = unfit.text
            continue
        if option.is_required and _is_blank(values[name]):
            wrong[name] = _("This is needed.")
    if wrong:
        raise Invalid(_("The settings of the source do not fit."), fields=wrong)
    return Settings(values)


def looks_secret(value: str, *, is_opaque: bool = False) -> bool:
    """Whether this is more likely a secret than a setting. is_opaque: keys that the system gives out are no secrets."""
    if _FORM.search(value) or _SAID.search(value):
        return True
    return not is_opaque and _is_random(value)


def _is_random(value: str) -> bool:
    """Long, without words in it: what only a machine writes."""
    if re.fullmatch(r"[0-9a-fA-F]{32,}", value):
        return True
    plain, marks = re.subn(r"[-_+/=]", "", value)
    runs = re.findall(r"[A-Z]?[a-z]+|[A-Z]+|[0-9]+", plain)
    kinds = sum(bool(re.search(kind, plain)) for kind in ("[a-z]", "[A-Z]", "[0-9]"))
    return plain.isalnum() and len(plain) >= 30 and marks <= 4 and kinds == 3 and len(plain) < 3.5 * len(runs)


class _Unfit(Exception):
    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


def _is_blank(value: object) -> bool:
    return value is None or (isinstance(value, str | list | tuple) and not value)


def _text(option: Option, value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise _Unfit(_("This must be a text."))
    said = str(value).strip()
    if len(said) > _LONGEST or not all(letter.isprintable() or letter in "\n\t" for letter in said):
        raise _Unfit(_("This text is too long or has signs that cannot be read."))
    if looks_secret(said, is_opaque=option.is_opaque):
        raise _Unfit(_("This looks like a secret. Put it into the environment and write only its name, in its field."))
    return said


def _address(option: Option, value: object) -> str:
    said = _text(option, value)
    try:
        parts = urlsplit(said)
        holds_user = parts.username is not None
    except ValueError as error:
        raise _Unfit(_NO_ADDRESS) from error
    if holds_user:
        raise _Unfit(_("An address holds no user and no password here. Name the secret in its own field."))
    if any(name.lower() in _PARAMETERS for name, _value in parse_qsl(parts.query)):
        raise _Unfit(_("This address holds a key. Put it into the environment and name the secret in its own field."))
    if not checked(said):
        raise _Unfit(_NO_ADDRESS)
    return said


def _number(option: Option, value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,12}", value.strip()):
        return int(value)
    raise _Unfit(_("This must be a whole number."))


def _boolean(option: Option, value: object) -> bool:
    if isinstance(value, bool):
        return value
    said = str(value).strip().lower()
    if said in _TRUE or said in _FALSE:
        return said in _TRUE
    raise _Unfit(_("This must be yes or no."))


def _choice(option: Option, value: object) -> str:
    said = str(value).strip()
    if said not in option.choices:
        raise _Unfit(_("This is none of the choices."))
    return said


def _list(option: Option, value: object) -> tuple[str, ...]:
    many = _split(value) if isinstance(value, str) else value
    if not isinstance(many, list | tuple) or len(many) > _MOST:
        raise _Unfit(_("This must be a list of texts."))
    read = [_text(option, one) for one in many]
    return tuple(one for one in read if one)


def _split(text: str) -> list[str]:
    """One a line; a single line may have commas between, unless these belong to a value (`fields=id,nama`)."""
    lines = text.splitlines()
    return lines[0].split(",") if len(lines) == 1 and "=" not in text else lines


def _secret(option: Option, value: object) -> str:
    said = str(value).strip()
    if not _NAME.match(said) or looks_secret(said):
        raise _Unfit(_("Write the NAME of the secret, such as BPS_KEY; the secret itself stays in the environment."))
    return said


_KINDS: dict[str, Callable[[Option, object], object]] = {
    "text": _text, "address": _address, "number": _number, "boolean": _boolean, "choice": _choice, "list": _list,
    "secret": _secret,
}  # fmt: skip
