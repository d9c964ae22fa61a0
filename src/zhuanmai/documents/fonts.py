"""The fonts of the documents (Noto Serif SC, Noto Sans SC; OFL), and which characters they can draw."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "fonts"
FAMILIES = ("Noto Serif SC", "Noto Sans SC")
# The build puts them here from @expo-google-fonts (`zhuanmai build`).
_FILES = (
    "NotoSerifSC_400Regular.ttf",
    "NotoSerifSC_700Bold.ttf",
    "NotoSansSC_400Regular.ttf",
    "NotoSansSC_700Bold.ttf",
)
_UNDRAWN = {"\n", "\r", "\t", "\u200b", "\ufeff"}


def absent() -> list[str]:
    """The font files that are not installed (none when all is well)."""
    return [name for name in _FILES if not (FOLDER / name).is_file()]


@cache
def coverage() -> frozenset[int]:
    """The code points that can be drawn in regular and in bold: by the serif font, or by the sans font in its place."""
    regular, bold = (
        ("NotoSerifSC_400Regular.ttf", "NotoSansSC_400Regular.ttf"),
        (
            "NotoSerifSC_700Bold.ttf",
            "NotoSansSC_700Bold.ttf",
        ),
    )
    return frozenset(
        set().union(*(_code_points(FOLDER / name) for name in regular))
        & set().union(*(_code_points(FOLDER / name) for name in bold))
    )


def undrawable(texts: Iterable[str]) -> list[str]:
    """The characters of the texts that no font can draw, each once, in the order in which they come."""
    known = coverage()
    found = {character: None for text in texts for character in text if ord(character) not in known}
    return [character for character in found if character not in _UNDRAWN]


def _code_points(path: Path) -> set[int]:
    """The code points in a TrueType font's Unicode map (`cmap`, formats 4 and 12) that lead to a glyph."""
    data = path.read_bytes()
    tables = struct.unpack_from(">H", data, 4)[0]
    for index in range(tables):
        tag, _, offset, _ = struct.unpack_from(">4sIII", data, 12 + 16 * index)
        if tag == b"cmap":
            return _unicode_map(data, offset)
    raise ValueError(f"{path.name} has no cmap table")


def _unicode_map(data: bytes, cmap: int) -> set[int]:
    found: set[int] = set()
    for index in range(struct.unpack_from(">H", data, cmap + 2)[0]):
        offset = cmap + struct.unpack_from(">I", data, cmap + 4 + 8 * index + 4)[0]
        if struct.unpack_from(">H", data, offset)[0] == 12:
            for group in range(struct.unpack_from(">I", data, offset + 12)[0]):
                first, last, glyph = struct.unpack_from(">III", data, offset + 16 + 12 * group)
                found.update(range(first if glyph else first + 1, last + 1))
    if not found:
        raise ValueError("the font has no full Unicode map (cmap format 12)")
    return found
