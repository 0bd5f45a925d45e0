"""What a drop folder takes."""

from __future__ import annotations

from mapalus.engine.harvest import choosing
from mapalus.engine.harvest.connector import Option, OptionKind
from mapalus.engine.text import Label

__all__ = ["OPTIONS"]

OPTIONS = (
    Option(
        "folder",
        Label("Folder", "Folder"),
        default=".",
        help=Label(
            "Di dalam folder setoran yang ditetapkan administrator.",
            "Inside the drop folder that the administrator has set.",
        ),
        example="dinas-pendidikan/dapodik",
    ),
    *choosing.OPTIONS,
    Option(
        "quiet",
        Label("Detik tanpa perubahan", "Seconds without a change"),
        OptionKind.NUMBER,
        default=5,
        help=Label(
            "Berkas yang masih ditulis ditunggu sampai tidak berubah selama ini.",
            "A file that is still being written is waited for until it has not changed for so long.",
        ),
    ),
)
