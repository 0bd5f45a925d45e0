"""Pages as PDF, by WeasyPrint where it is installed (the extra `documents`). Nothing is fetched while it works."""

from __future__ import annotations

__all__ = ["pdf"]


def pdf(page: str) -> bytes:
    """A page that carries all it needs, as PDF. Raises `ImportError` where the library is missing."""
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher

    nothing = URLFetcher(allowed_protocols=["data"], allow_redirects=False)
    made: bytes = HTML(string=page, url_fetcher=nothing).write_pdf()
    return made
