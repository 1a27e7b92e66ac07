"""Repairs UTF-8 that was decoded as windows-1252 by an earlier program: `Ã¼` for `ü`."""

import re

# UTF-8 that was decoded as windows-1252 or latin-1 looks like this.
MOJIBAKE_LEADS = "\u00c3\u00c2\u00e2\u00d0\u00d1"
MOJIBAKE = re.compile(
    f"[{MOJIBAKE_LEADS}][\u0080-\u00bf\u20ac\u2122\u0153\u0161\u02dc\u201a-\u2022]"
)
SEGMENT_ENDS = re.compile("([<>\n])")
# Longer stretches between tags are scripts. ftfy takes .4 s for one of a million characters, so it
# sees pieces of them, each of which ends with a string of the script.
LONGEST_STRETCH = 50_000
PIECE = re.compile(r'.{1,5000}[^"]*+"?', re.DOTALL)


def repair_mojibake(text: str) -> str:
    """Repair UTF-8 that was decoded as windows-1252, stretch by stretch between tags.

    ftfy is slow, so it only sees the stretches in which MOJIBAKE matches.
    """
    # `in` takes a tenth of the regex's time, and most texts hold none of these letters.
    if not any(lead in text for lead in MOJIBAKE_LEADS) or not MOJIBAKE.search(text):
        return text
    return "".join(map(_repaired, SEGMENT_ENDS.split(text)))


def _repaired(stretch: str) -> str:
    """Return a stretch repaired; a long one, which is a script, piece by piece."""
    if not MOJIBAKE.search(stretch):
        return stretch
    # Few pages have such a stretch, and the import costs each worker 35 ms.
    import ftfy

    pieces = PIECE.findall(stretch) if len(stretch) > LONGEST_STRETCH else [stretch]
    return "".join(
        ftfy.fix_encoding(piece) if MOJIBAKE.search(piece) else piece for piece in pieces
    )
