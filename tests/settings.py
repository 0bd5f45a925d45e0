"""The project's settings with a secret and a folder of their own, for tests and the type checker."""

import os
import tempfile

os.environ.setdefault("MAPALUS_SECRET_KEY", "only-for-tests-" + "x" * 40)
os.environ.setdefault("MAPALUS_DATA_DIR", tempfile.mkdtemp(prefix="mapalus-tests-"))

from mapalus.project.settings import *

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # or whitenoise warns, and warnings are errors
