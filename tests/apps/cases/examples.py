"""An example of each act of cases, for the test that walks all acts."""

from __future__ import annotations

import io
from collections.abc import Callable

from mapalus.apps.cases import actions, files
from mapalus.apps.cases.models import Case
from mapalus.engine.packs.loader import load_pack as read_pack
from mapalus.engine.ports import Actor
from tests.apps.cases import cast
from tests.apps.cases.cast import NOW

__all__ = ["EXAMPLES"]

Call = Callable[[], object]


def _case(**values: object) -> Case:
    if not Case.objects.exists():
        cast.organisation()
    return cast.opened(cast.pack(), **values)


def load_pack(by: Actor) -> Call:
    pack = read_pack(cast.PACK)
    return lambda: actions.load_pack(pack, by=by, now=NOW)


def open_case(by: Actor) -> Call:
    cast.organisation()
    version = cast.pack()
    return lambda: actions.open_case(version, values=cast.VALUES, by=by, now=NOW)


def take(by: Actor) -> Call:
    case = _case()
    return lambda: actions.take(case, act="arsipkan", by=by, now=NOW)


def tick(by: Actor) -> Call:
    case = _case()
    return lambda: actions.tick(case, by=by, now=NOW)


def remark(by: Actor) -> Call:
    case = _case()
    return lambda: actions.remark(case, text="Sudah ditelepon.", by=by, now=NOW)


def attach(by: Actor) -> Call:
    case = _case()
    kept = files.keep(io.BytesIO(b"catatan"), name="catatan.txt", media_type="text/plain")
    return lambda: actions.attach(case, files=[kept], by=by, now=NOW)


def assign(by: Actor) -> Call:
    case = _case()
    return lambda: actions.assign(case, to=cast.STAF, by=by, now=NOW)


def return_(by: Actor) -> Call:
    case = _case()
    cast.held_by(case, by.position, giver=cast.KABID)
    return lambda: actions.return_(case, reason="Bukan tugas kami.", by=by, now=NOW)


def follow(by: Actor) -> Call:
    case = _case()
    return lambda: actions.follow(case, by=by, now=NOW)


def link(by: Actor) -> Call:
    case, other = _case(), _case()
    return lambda: actions.link(case, to=other, by=by, now=NOW)


def merge(by: Actor) -> Call:
    case, other = _case(), _case()
    return lambda: actions.merge(case, into=other, act="gabung", by=by, now=NOW)


def split(by: Actor) -> Call:
    case = _case()
    return lambda: actions.split(case, values={"judul": "Bagian kedua"}, by=by, now=NOW)


def derive(by: Actor) -> Call:
    case = _case()
    return lambda: actions.derive(
        case, version=case.pack, values=cast.VALUES, kind="related", key="turunan", by=by, now=NOW
    )


def recompute(by: Actor) -> Call:
    case = _case()
    return lambda: actions.recompute(case, by=by, now=NOW)


def unmask(by: Actor) -> Call:
    case = _case()
    cast.held_by(case, by.position)
    return lambda: actions.unmask(case, fields=["nama"], reason="Menelepon pelapor.", by=by, now=NOW)


def find_person(by: Actor) -> Call:
    _case()
    return lambda: actions.find_person(Case, text="Siti", reason="Pelapor menelepon.", by=by, now=NOW)


def erase(by: Actor) -> Call:
    case = _case()
    return lambda: actions.erase(case, ground="UU 27/2022 Pasal 8", by=by, now=NOW)


EXAMPLES = {
    "cases.assign": assign,
    "cases.attach": attach,
    "cases.derive": derive,
    "cases.erase": erase,
    "cases.find-person": find_person,
    "cases.follow": follow,
    "cases.link": link,
    "cases.load-pack": load_pack,
    "cases.merge": merge,
    "cases.open": open_case,
    "cases.recompute": recompute,
    "cases.remark": remark,
    "cases.return": return_,
    "cases.split": split,
    "cases.take": take,
    "cases.tick": tick,
    "cases.unmask": unmask,
}
