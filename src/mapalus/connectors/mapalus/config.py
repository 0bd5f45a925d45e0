"""What another Mapalus takes, and how it is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mapalus.engine.errors import Refused
from mapalus.engine.harvest.connector import Option, OptionKind
from mapalus.engine.harvest.options import Settings
from mapalus.engine.text import Label, _
from mapalus.engine.web.addresses import shown
from mapalus.engine.web.auth import Auth, AuthKind
from mapalus.engine.web.client import Web

__all__ = ["OPTIONS", "Api", "auth_of"]

OPTIONS = (
    Option("address", Label("Alamat Mapalus", "Address of the Mapalus"), OptionKind.ADDRESS, is_required=True,
           example="https://data.manadokota.go.id"),
    Option("dataset", Label("Nama kumpulan data", "Name of the dataset"), is_opaque=True,
           help=Label("Bagian alamat sesudah /data/.", "The part of its address behind /data/.")),
    Option("takes", Label("Versi yang diambil", "Which versions"), OptionKind.CHOICE, default="newest",
           choices=("newest", "all"),
           help=Label("newest: yang terbaru saja; all: setiap versi, satu demi satu.",
                      "newest: the newest alone; all: every version, one after another.")),
    Option("key", Label("Nama kunci", "Name of the key"), OptionKind.SECRET,
           help=Label("Menurut perjanjian; tanpa kunci hanya data terbuka.",
                      "By agreement; without one only what is open.")),
    Option("page", Label("Baris per halaman", "Rows of a page"), OptionKind.NUMBER, default=1000),
)  # fmt: skip


def auth_of(settings: Settings) -> Auth | None:
    return Auth(AuthKind.BEARER, settings.text("key")) if settings.text("key") else None


@dataclass(frozen=True)
class Api:
    """One Mapalus. With a key the addresses of the federation are asked, without one the open ones."""

    web: Web
    address: str
    has_key: bool

    @property
    def base(self) -> str:
        return self.address.partition("?")[0].rstrip("/")

    def ask(self, path: str, params: Mapping[str, object] | None = None) -> Any:
        answer = self.web.get(f"{self.base}/api/v1/{path}", params=params)
        found = answer.json()
        if not isinstance(found, dict | list):
            raise self.unlike()
        return found

    def unlike(self) -> Refused:
        return Refused("not-mapalus", _("%(address)s does not answer as Mapalus does."), address=shown(self.base))
