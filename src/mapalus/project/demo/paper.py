"""A plain page of text as PDF, for papers of the story: one font of every reader, nothing embedded, no library."""

from __future__ import annotations

from textwrap import wrap

__all__ = ["pdf_of"]

_WIDTH, _LINES = 88, 52  # characters of a line, lines of a page
_PAGE = (595, 842)  # A4 in points


def pdf_of(paragraphs: tuple[str, ...], *, title: str) -> bytes:
    """The paragraphs, wrapped, on as many pages as they need. Characters outside Latin-1 are shown as `?`."""
    lines = [line for text in (title, "", *paragraphs) for line in wrap(text, _WIDTH) or [""]]
    sheets = [lines[start : start + _LINES] for start in range(0, len(lines), _LINES)]
    first = 4  # objects before the pages: catalogue, pages, font
    kids = " ".join(f"{first + 2 * place} 0 R" for place in range(len(sheets)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R /Lang (id) >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(sheets)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for place, sheet in enumerate(sheets):
        drawn = _drawn(sheet)
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {_PAGE[0]} {_PAGE[1]}] /Contents {first + 2 * place + 1} 0 R"
            f" /Resources << /Font << /F1 3 0 R >> >> >>".encode()
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn))
    return _file(objects)


def _drawn(lines: list[str]) -> bytes:
    told = [b"BT /F1 10.5 Tf 14 TL 56 786 Td"]
    told += [b"(" + _escaped(line) + b") Tj T*" for line in lines]
    return b"\n".join([*told, b"ET"])


def _escaped(line: str) -> bytes:
    text = line.encode("latin-1", "replace")
    return text.replace(b"\\", rb"\\").replace(b"(", rb"\(").replace(b")", rb"\)")


def _file(objects: list[bytes]) -> bytes:
    """Objects with the table of where each begins."""
    body, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    table += b"".join(b"%010d 00000 n \n" % place for place in places)
    return (
        body
        + table
        + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
        % (
            len(objects) + 1,
            len(body),
        )
    )
