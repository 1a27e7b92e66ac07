"""A story as written by hand: header lines, `---`, then a body in a small markup.

Blocks stand between blank lines: `## subhead`, `- item`, `1. item`, `> quote`, `| cell | cell`,
`![caption](image)`, `!html` raw lines as they are, `@14:05 Heading` an entry of a live blog;
anything else is a paragraph. Inline: `[text](address)`, `**strong**`, `*emphasis*`.
"""

import html
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

STORIES = Path(__file__).with_name("stories")
INLINE = (
    (re.compile(r"\[([^\]]+)\]\(([^)]+)\)"), r'<a href="\2">\1</a>'),
    (re.compile(r"\*\*([^*]+)\*\*"), r"<strong>\1</strong>"),
    (re.compile(r"\*([^*]+)\*"), r"<em>\1</em>"),
)
FIGURE = re.compile(r"!\[([^\]]*)\]\(([^)]+)\)")
ENTRY = re.compile(r"@(\d\d:\d\d) (.+)")


@dataclass(frozen=True, slots=True)
class Story:
    """One story; `fields` are its header lines, all optional but `site` and `title`."""

    name: str
    fields: dict[str, str]
    body: str

    def __getitem__(self, key: str) -> str:
        return self.fields.get(key, "")

    def listed(self, key: str) -> list[str]:
        """The `;`-separated values of a header line."""
        return [part.strip() for part in self[key].split(";") if part.strip()]

    def moment(self, key: str = "published") -> datetime | None:
        """A header line as a time; midnight where only the day is given."""
        return datetime.fromisoformat(self[key]) if self[key] else None


def read_story(name: str) -> Story:
    """Reads `stories/<name>.txt`."""
    head, _, body = STORIES.joinpath(f"{name}.txt").read_text("utf-8").partition("\n---\n")
    pairs = (line.partition(":") for line in head.splitlines())
    return Story(name, {key.strip(): value.strip() for key, _, value in pairs}, body.strip())


def blocks(body: str) -> list[str]:
    """The blocks of a body, as written."""
    return [block for block in re.split(r"\n\s*\n", body.strip()) if block]


def inline(text: str) -> str:
    """Inline markup as HTML, the rest escaped."""
    text = html.escape(text, quote=False)
    for pattern, replacement in INLINE:
        text = pattern.sub(replacement, text)
    return text


def as_html(block: str) -> str:
    """One block as HTML."""
    if block.startswith("!html\n"):
        return block.removeprefix("!html\n")
    if figure := FIGURE.fullmatch(block):
        caption, image = figure.groups()
        return (
            f'<figure><img src="{image}" alt="" width="1200" height="675" loading="lazy">'
            f"<figcaption>{inline(caption)}</figcaption></figure>"
        )
    if entry := ENTRY.match(block):
        clock, heading = entry.groups()
        rest = inline(" ".join(block.splitlines()[1:]))
        return f"<h3><time>{clock}</time> {inline(heading)}</h3>\n<p>{rest}</p>"
    lines = block.splitlines()
    if block.startswith("## "):
        return f"<h2>{inline(block[3:])}</h2>"
    if block.startswith("> "):
        quote = " ".join(line.removeprefix("> ") for line in lines)
        return f"<blockquote><p>{inline(quote)}</p></blockquote>"
    if block.startswith("| "):
        return _table(lines)
    if block.startswith(("- ", "1. ")):
        kind = "ul" if block.startswith("- ") else "ol"
        items = "\n".join(f"<li>{inline(line.split(' ', 1)[1])}</li>" for line in lines)
        return f"<{kind}>\n{items}\n</{kind}>"
    return f"<p>{inline(' '.join(lines))}</p>"


def as_text(block: str) -> str:
    """One block as plain text: markup gone, lines joined."""
    joined = " ".join(block.splitlines())
    joined = INLINE[0][0].sub(r"\1", joined)
    return joined.replace("**", "").replace("*", "").removeprefix("## ").removeprefix("> ")


def _table(lines: list[str]) -> str:
    rows = [[cell.strip() for cell in line.strip("| ").split("|")] for line in lines]
    head = "".join(f"<th>{inline(cell)}</th>" for cell in rows[0])
    body = "\n".join(
        "<tr>" + "".join(f"<td>{inline(cell)}</td>" for cell in row) + "</tr>" for row in rows[1:]
    )
    return f"<table><thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table>"
