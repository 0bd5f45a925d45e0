from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

__all__ = ["Draft"]


class Draft(models.Model):
    """A form that is not sent yet. No case: nobody but who fills it in reads it, and it goes after its time."""

    pack_name = models.CharField(max_length=80)
    code_digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the code it is resumed by")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="+",
        help_text="the citizen's account, where there is one",
    )  # fmt: skip
    sealed = models.TextField(help_text="answers, its code and the key it is sent with, encrypted")
    started_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering: ClassVar = ["-changed_at"]

    def __str__(self) -> str:
        return f"{self.pack_name} {self.pk}"
