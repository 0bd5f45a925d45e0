"""A Problem inside a form: the sentence goes to the field it is about."""

from __future__ import annotations

from django import forms
from django.utils import translation
from django.utils.translation import gettext

from mapalus.engine.errors import Invalid, Problem
from mapalus.engine.text import translate

__all__ = ["said", "sentence", "to_form"]


def sentence(message: str) -> str:
    """A message id of an app or of the engine, in the language of the page."""
    told = gettext(message) if message else ""
    return translate(message, language=translation.get_language()) if told == message else told


def said(problem: Problem) -> str:
    """Text and advice; for `Invalid` with fields, their sentences."""
    if isinstance(problem, Invalid) and problem.fields:
        return " ".join(sentence(text) for text in problem.fields.values())
    words = problem.words(language=translation.get_language())
    return " ".join(sentence(part) % words for part in (problem.text, problem.advice) if part)


def to_form(problem: Problem, form: forms.Form) -> None:
    fields = problem.fields if isinstance(problem, Invalid) else {}
    for name, text in fields.items():
        form.add_error(name if name in form.fields else None, sentence(text))
    if not fields:
        form.add_error(None, said(problem))
