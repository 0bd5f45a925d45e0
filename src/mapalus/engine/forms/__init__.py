"""Forms: what is asked, of whom, when it shows, and whether an answer fits.

cleaned = clean(form, raw, now=now)        # cleaned.values, cleaned.errors
"""

from mapalus.engine.forms.answer import Fault
from mapalus.engine.forms.cleaning import Cleaned, Lists, clean, visible
from mapalus.engine.forms.form import By, Field, FieldType, Form, Option, Privacy, Step

__all__ = [
    "By",
    "Cleaned",
    "Fault",
    "Field",
    "FieldType",
    "Form",
    "Lists",
    "Option",
    "Privacy",
    "Step",
    "clean",
    "visible",
]
