"""Drawings that stand alone: in a picture, a PDF, a file. The classes get the colours of the light theme.

A page colours by custom properties; what draws pictures knows none. So the rules of the style sheet that concern
drawings are read once and written out with plain colours.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

__all__ = ["FONTS", "FONTS_DISPLAY", "colour", "rules"]

_CSS = Path(__file__).parents[1] / "static" / "ui" / "css"
# No space after a comma: WeasyPrint takes it for a part of the name.
FONTS = "'Segoe UI',Roboto,'Liberation Sans','Noto Sans',Arial,'DejaVu Sans',sans-serif"
FONTS_DISPLAY = (
    "Bahnschrift,'Roboto Condensed','Liberation Sans Narrow','Arial Narrow','DejaVu Sans Condensed',sans-serif"
)
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_USED = re.compile(r"var\((--[\w-]+)(?:,\s*([^()]*(?:\([^()]*\))?))?\)")
_SET = re.compile(r"(--[\w-]+):\s*([^;]+)")
_LOCAL = ("--group", "--tile", "--tile-text")
_KEPT = ("fill", "stroke", "font", "paint-order", "opacity")


@cache
def _tokens() -> dict[str, str]:
    """The custom properties of the light theme, as written."""
    text = (_CSS / "tokens.css").read_text(encoding="utf-8")
    block = text[text.index(":root {") :]
    return {name: value.strip() for name, value in _SET.findall(block[: block.index("\n  }")])}


def colour(name: str) -> str:
    """`--color-accent` as a plain colour."""
    return _plain(f"var({name})")


def _plain(value: str) -> str:
    value = value.replace("var(--font-text)", FONTS).replace("var(--font-display)", FONTS_DISPLAY)
    for _round in range(6):
        if "var(" not in value:
            return value
        value = _USED.sub(lambda found: _tokens().get(found[1], found[2] or "none"), value)
    return value


@cache
def rules(*, has_halo: bool = True) -> str:
    """The style of drawings within `.drawn`, in plain colours; no halo for what draws strokes over letters."""
    setters: dict[str, list[tuple[str, str]]] = {name: [] for name in _LOCAL}
    written: list[str] = []
    for selector, body in _read():
        for name, value in _SET.findall(body):
            if name in setters and re.fullmatch(r"(\.chart )?\.[\w-]+", selector):
                setters[name].append((selector.removeprefix(".chart "), value))
    for selector, body in _read():
        kept = [part.strip() for part in body.split(";") if part.strip().startswith(_KEPT)]
        kept = [part for part in kept if "revert-layer" not in part]
        if not kept or ":" in selector or not selector.startswith((".chart ", "svg.map", ".spark")):
            continue
        bare = selector.removeprefix(".chart ").replace("svg.map", ".map")
        if bare == "path":  # said once by the frame: here it would be stronger than the stripes of a map
            continue
        local = next((name for name in _LOCAL if any(_uses(part, name) for part in kept)), "")
        if local:
            filled = ((setter, _filled("; ".join(kept), local, value)) for setter, value in setters[local])
            written += [f".drawn {bare}{setter} {{ {_plain(style)} }}" for setter, style in filled]
            kept = [part for part in kept if not _uses(part, local)]
        if kept:
            written.append(f".drawn {bare} {{ {_plain('; '.join(kept))} }}")
    text = "\n".join(sorted(written, key=lambda line: line.split("{")[0].count(".")))
    return text if has_halo else text + "\n.drawn text { stroke: none !important; }"


def _uses(declaration: str, name: str) -> bool:
    return re.search(rf"var\({name}[,)]", declaration) is not None


def _filled(style: str, name: str, value: str) -> str:
    return re.sub(rf"var\({name}(?:,[^()]*(?:\([^()]*\))?)?\)", value, style)


def _read() -> list[tuple[str, str]]:
    """Selectors with their declarations, of the sheets that style drawings; nothing of media and containers."""
    found: list[tuple[str, str]] = []
    for name in ("charts", "maps", "figures"):
        text = (_CSS / "components" / f"{name}.css").read_text(encoding="utf-8")
        text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
        text = re.sub(r"@(?:media|container|supports)[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}", "", text)
        text = text.replace("@layer components {", "")
        for selectors, body in _RULE.findall(text):
            found += [(one.strip(), body.strip()) for one in selectors.split(",")]
    return found
