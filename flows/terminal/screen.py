"""The terminal, to which text from web pages is written as visible characters only.

All commands print through `screen()`, which passes every line through `visible` before it is
written.
"""

from collections.abc import Iterable

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

from config.visible import one_line, visible

__all__ = ["one_line", "screen", "styled", "visible"]


def screen(*, stderr: bool = False, soft_wrap: bool = False) -> Console:
    """Return a console that prints strings as plain text: brackets in names are not markup."""
    return _Screen(stderr=stderr, soft_wrap=soft_wrap, markup=False, emoji=False, highlight=False)


def styled(style: str, text: str, rest: str = "") -> Text:
    """Return a text in a style, followed by the rest without a style."""
    return Text.assemble((text, style), rest)


class _Screen(Console):
    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=visible(segment.text))
