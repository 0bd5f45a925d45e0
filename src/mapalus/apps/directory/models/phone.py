from __future__ import annotations

from django.contrib.auth.models import User
from django.db import models

__all__ = ["CitizenPhone"]


class CitizenPhone(models.Model):
    """The telephone number with which a citizen signs in. Proved by a code; officials have none here."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="citizen_phone")
    number = models.CharField(max_length=20, unique=True, help_text="international: +6281234567890")
    proved_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.number[:5]}…"  # whoever prints a row has no business with the number
