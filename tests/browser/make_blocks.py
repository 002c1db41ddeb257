"""Makes blocks.ttf, a font in which every letter is a block: pictures of text then differ on no machine.

`.venv-bot/bin/python tests/browser/make_blocks.py tests/browser/blocks.ttf`
"""

from __future__ import annotations

import sys

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib.tables._c_m_a_p import CmapSubtable
from fontTools.ttLib.tables._g_l_y_f import Glyph

WIDTHS = {".notdef": 1000, "half": 560, "full": 1000, "space": 300}  # of 1000 units to the em
HALF = [(0x21, 0x7E), (0xA1, 0x24F)]
FULL = [(0x2010, 0x2FFF), (0x3001, 0xD7FF), (0xF900, 0xFFFF), (0x1F000, 0x1FAFF), (0x20000, 0x2A6DF)]
SPACES = [(0x20, 0x20), (0xA0, 0xA0), (0x2000, 0x200A), (0x3000, 0x3000)]


def block(name: str) -> Glyph:
    pen = TTGlyphPen(None)
    if name != "space":
        corners = [(80, 0), (80, 700), (WIDTHS[name] - 80, 700), (WIDTHS[name] - 80, 0)]
        pen.moveTo(corners[0])
        for corner in corners[1:]:
            pen.lineTo(corner)
        pen.closePath()
    return pen.glyph()


def table(form: int, encoding: int, letters: dict[int, str]) -> CmapSubtable:
    made = CmapSubtable.newSubtable(form)
    made.platformID, made.platEncID, made.language, made.cmap = 3, encoding, 0, letters
    made.format, made.reserved = form, 0
    return made


def main(path: str) -> None:
    kinds = (("half", HALF), ("full", FULL), ("space", SPACES))
    letters = {code: name for name, runs in kinds for low, high in runs for code in range(low, high + 1)}
    font = FontBuilder(1000, isTTF=True)
    font.setupGlyphOrder(list(WIDTHS))
    font.setupCharacterMap({})
    font.setupGlyf({name: block(name) for name in WIDTHS})
    font.setupHorizontalMetrics({name: (width, 80) for name, width in WIDTHS.items()})
    font.setupHorizontalHeader(ascent=880, descent=-220)
    font.setupNameTable({"familyName": "Blocks", "styleName": "Regular"})
    font.setupOS2(sTypoAscender=880, sTypoDescender=-220, usWinAscent=880, usWinDescent=220)
    font.setupPost()
    latin = {code: name for code, name in letters.items() if code < 0x7F}
    # Format 13 maps whole runs of letters to one glyph; format 4 is for readers that do not know it.
    font.font["cmap"].tables = [table(4, 1, latin), table(13, 10, letters)]
    font.save(path)


if __name__ == "__main__":
    main(sys.argv[1])
