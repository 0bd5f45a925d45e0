"""The slow and obvious reader: one character at a time, RFC 4180, blank records counted. For well-formed text only."""

from __future__ import annotations


def parse(text: str, *, delimiter: str) -> list[tuple[int, list[str]]]:
    """Every record that is not blank, with its number among all records."""
    records: list[list[str]] = []
    record, cell, quoted, place = [], "", False, 0
    while place < len(text):
        char = text[place]
        place += 1
        if quoted:
            if char != '"':
                cell += char
            elif text[place : place + 1] == '"':
                cell += '"'
                place += 1
            else:
                quoted = False
        elif char == '"' and not cell:
            quoted = True
        elif char == delimiter:
            record.append(cell)
            cell = ""
        elif char in "\r\n":
            if char == "\r" and text[place : place + 1] == "\n":
                place += 1
            records.append([*record, cell])
            record, cell = [], ""
        else:
            cell += char
    if cell or record:
        records.append([*record, cell])
    return [(number, cells) for number, cells in enumerate(records, start=1) if any(cell.strip() for cell in cells)]
