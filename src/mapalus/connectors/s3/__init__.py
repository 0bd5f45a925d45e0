"""Objects in a bucket of S3 or of what speaks like it."""

from mapalus.connectors.s3.config import OPTIONS
from mapalus.connectors.s3.source import opened
from mapalus.engine.harvest.declared import Declared
from mapalus.engine.text import Label

__all__ = ["connector"]

connector = Declared(
    name="s3",
    title=Label("Penyimpanan objek (S3)", "Object storage (S3)"),
    summary=Label(
        "Mengambil berkas dari bucket S3, MinIO, Ceph, atau yang serupa; yang diperlukan ialah alamat layanan, nama "
        "bucket, dan kunci yang hanya boleh membaca.",
        "Brings files from a bucket of S3, MinIO, Ceph and the like; one needs the address of the service, the bucket, "
        "and a key that may only read.",
    ),
    options=OPTIONS,
    opening=opened,
    shelving=opened,
)
