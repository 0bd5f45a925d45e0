"""What a bucket takes."""

from __future__ import annotations

from mapalus.engine.harvest import choosing
from mapalus.engine.harvest.connector import Option, OptionKind
from mapalus.engine.text import Label

__all__ = ["OPTIONS"]

OPTIONS = (
    Option(
        "endpoint",
        Label("Alamat layanan", "Address of the service"),
        OptionKind.ADDRESS,
        is_required=True,
        example="https://s3.ap-southeast-3.amazonaws.com",
    ),
    Option("region", Label("Wilayah layanan", "Region of the service"), default="us-east-1"),
    Option("bucket", Label("Bucket", "Bucket"), is_required=True),
    Option(
        "prefix",
        Label("Awalan nama", "Prefix"),
        help=Label("Folder di dalam bucket, misalnya setoran/sekolah/.", "A folder in it, such as handins/schools/."),
    ),
    *choosing.OPTIONS,
    Option(
        "style",
        Label("Letak nama bucket", "Where the bucket's name stands"),
        OptionKind.CHOICE,
        default="path",
        choices=("path", "host"),
        help=Label(
            "path: di belakang alamat (MinIO, Ceph); host: di depan nama server.",
            "path: behind the address (MinIO, Ceph); host: before the host.",
        ),
    ),
    Option(
        "key_id",
        Label("Nama rahasia: ID kunci akses", "Name of the secret: access key id"),
        OptionKind.SECRET,
        help=Label("Kosong bila bucket terbuka.", "Empty for an open bucket."),
        example="S3_KEY_ID",
    ),
    Option("secret", Label("Nama rahasia: kunci akses", "Name of the secret: secret key"), OptionKind.SECRET),
)
