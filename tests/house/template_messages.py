"""A Babel extractor for Django templates: their own tokens, read by the web framework's own extractor."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO, StringIO
from typing import Any

from babel.messages.extract import extract_python
from django.conf import settings


def extract_django(
    fileobj: Any, keywords: Any, comment_tags: Any, options: Any
) -> Iterator[tuple[int, str | tuple[str, ...], list[str], str | None]]:
    """`{% translate %}` and `{% blocktranslate %}` of one template, as Babel wants them."""
    if not settings.configured:
        settings.configure()
    from django.utils.translation.template import templatize

    text = templatize(StringIO(fileobj.read().decode("utf-8")).read())
    # what is left of the template is no Python: its indentation must not be read as such
    text = "\n".join(line.lstrip() for line in text.split("\n"))
    yield from extract_python(BytesIO(text.encode()), keywords, comment_tags, {"encoding": "utf-8"})
