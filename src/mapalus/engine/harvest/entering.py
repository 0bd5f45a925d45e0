"""How a source lets us in, as settings: the same ways for every connector that speaks http."""

from __future__ import annotations

import re

from mapalus.engine.errors import Invalid
from mapalus.engine.harvest.connector import Option, OptionKind
from mapalus.engine.harvest.options import Settings
from mapalus.engine.text import Label, _
from mapalus.engine.web.auth import Auth, AuthKind
from mapalus.engine.web.granting import Grant

__all__ = ["HEADER", "OPTIONS", "entry"]

HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")

OPTIONS = (
    Option(
        "auth",
        Label("Cara masuk", "How to sign in"),
        OptionKind.CHOICE,
        default="none",
        choices=("none", *(kind.value for kind in AuthKind), "oauth2"),
        help=Label(
            "none: terbuka; bearer: token; basic: nama pengguna dan kata sandi; header: header sendiri; "
            "query: parameter alamat; oauth2: token yang diambil dengan kredensial klien.",
            "none: open; bearer: a token; basic: user and password; header: a header of its own; query: a parameter; "
            "oauth2: a token that is fetched with the credentials of a client.",
        ),
    ),
    Option(
        "secret",
        Label("Nama rahasia", "Name of the secret"),
        OptionKind.SECRET,
        help=Label("Nilainya disimpan di lingkungan server, tidak di sini.", "Its value stays in the environment."),
        example="OPENDATA_TOKEN",
    ),
    Option(
        "auth_name",
        Label("Nama pengguna, header, parameter, atau ID klien", "User, header, parameter or id of the client"),
        help=Label("Untuk basic, header, query, dan oauth2.", "For basic, header, query and oauth2."),
        example="X-API-Key",
    ),
    Option(
        "auth_before",
        Label("Kata di depan rahasia", "Word before the secret"),
        help=Label("Untuk header, bila diminta, misalnya Token.", "For header, if asked for, such as Token."),
    ),
    Option(
        "token_address",
        Label("Alamat token", "Address of the token"),
        OptionKind.ADDRESS,
        help=Label("Untuk oauth2: server yang memberi token.", "For oauth2: the server that gives the token."),
        example="https://sso.example.go.id/oauth2/token",
    ),
    Option(
        "scope",
        Label("Lingkup token", "Scope of the token"),
        help=Label("Untuk oauth2, bila diminta.", "For oauth2, if asked for."),
    ),
)


def entry(settings: Settings) -> Auth | Grant | None:
    """None where the source is open. Raises `Invalid` where a part is missing."""
    kind = settings.text("auth")
    if kind == "none":
        if settings.text("secret"):
            raise Invalid(fields={"auth": _("Say how the secret is sent.")})
        return None
    if not settings.text("secret"):
        raise Invalid(fields={"secret": _("Name the secret that opens this source.")})
    if kind != AuthKind.BEARER and not settings.text("auth_name"):
        raise Invalid(fields={"auth_name": _("Name the user, the header or the parameter.")})
    if kind == AuthKind.HEADER and not HEADER.fullmatch(settings.text("auth_name")):
        raise Invalid(fields={"auth_name": _("This is no name of a header.")})
    if kind == "oauth2":
        if not settings.text("token_address"):
            raise Invalid(fields={"token_address": _("Name the server that gives the token.")})
        named = settings.text
        return Grant(named("token_address"), named("auth_name"), named("secret"), named("scope"))
    before = settings.text("auth_before")
    return Auth(AuthKind(kind), settings.text("secret"), settings.text("auth_name"), f"{before} " if before else "")
