"""The terminal: whatever strangers wrote reaches it as visible characters only.

Titles, locators and the reasons that servers give may hold escape sequences that move the cursor,
retitle the window or hide text, and controls that reverse the direction of writing. All commands
print through `screen()`, whose lines pass `visible` once more before they are written.
"""

import re
from collections.abc import Iterable

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

# C0 and C1 controls but the newline, marks and overrides of the writing direction (Unicode's
# "Trojan source" list), line separators, and lone surrogates, which stand for bytes of file names.
INVISIBLE = re.compile(
    r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069"
    r"\ud800-\udfff\ufeff]"
)


def visible(text: str) -> str:
    r"""Return the text with control characters written as escapes, such as `\x1b`; lines stay."""
    return INVISIBLE.sub(_escaped, text)


def one_line(text: str) -> str:
    r"""Return the text on one line: newlines, too, are written as escapes."""
    return visible(text).replace("\n", r"\n")


def screen(*, stderr: bool = False, soft_wrap: bool = False) -> Console:
    """Return a console whose strings are plain text: brackets in names are no markup."""
    return _Screen(stderr=stderr, soft_wrap=soft_wrap, markup=False, emoji=False, highlight=False)


def styled(style: str, text: str, rest: str = "") -> Text:
    """Return a text in a style, followed by more in none."""
    return Text.assemble((text, style), rest)


class _Screen(Console):
    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=visible(segment.text))


def _escaped(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
