"""Files that somebody puts into a folder of this machine."""

from mapalus.connectors.folder.config import OPTIONS
from mapalus.connectors.folder.source import opened
from mapalus.engine.harvest.declared import Declared
from mapalus.engine.text import Label

__all__ = ["connector"]

connector = Declared(
    name="folder",
    title=Label("Folder setoran", "Drop folder"),
    summary=Label(
        "Mengambil berkas yang diletakkan di folder server ini, misalnya hasil ekspor terjadwal; yang diperlukan ialah "
        "nama foldernya.",
        "Takes files that are put into a folder of this server, such as nightly exports; the folder's name is all one "
        "needs.",
    ),
    options=OPTIONS,
    opening=opened,
    shelving=opened,
)
