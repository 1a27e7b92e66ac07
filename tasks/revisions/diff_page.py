"""The differences between versions of an article as a self-contained HTML page.

Deletions and insertions are `<del>` and `<ins>`, told apart by colour, line and, for screen
readers, by words. The page has no script and loads nothing.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from html import escape
from itertools import groupby
from typing import Final

from tasks.revisions.compare import Revision
from tasks.revisions.paragraphs import ComparedParagraph
from tasks.revisions.stored import ComparedVersions, History
from tasks.revisions.words import Words, compare_words

# Longer runs of unchanged paragraphs are folded, but for one before and one after a change.
LONGEST_UNCHANGED: Final = 5
DIFF_STYLE = """
:root { color-scheme: light dark; --old: #a40e26; --old-back: #ffebe9; --new: #116329;
  --new-back: #dafbe1; --move: #0550ae; --line: #d0d7de; --dim: #59636e; }
@media (prefers-color-scheme: dark) {
  :root { --old: #ffb3ad; --old-back: #4c1519; --new: #7ee2a0; --new-back: #0f3d20; --move: #79c0ff;
    --line: #3d444d; --dim: #9198a1; }
}
body { font: 18px/1.6 Georgia, "Noto Serif", serif; max-width: 42rem; margin: 2rem auto;
  padding: 0 1rem; }
h1 { font-size: 1.5rem; line-height: 1.3; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; border-top: 1px solid var(--line); padding-top: 1rem; margin-top: 2.5rem; }
.facts, .key { font: .85rem/1.5 system-ui, sans-serif; color: var(--dim); }
.facts { padding-left: 1.2rem; }
.headline { font-weight: bold; font-size: 1.2rem; }
p { margin: .8rem 0; white-space: pre-line; overflow-wrap: anywhere; }
del { color: var(--old); background: var(--old-back); text-decoration: line-through; }
ins { color: var(--new); background: var(--new-back); text-decoration: underline; }
del + ins, ins + del { margin-inline-start: .15em; }
summary { font: .85rem/1.5 system-ui, sans-serif; color: var(--dim); cursor: pointer; }
.delete, .insert, .replace, .move { border-inline-start: .25rem solid;
  padding-inline-start: .7rem; }
.delete { border-color: var(--old); } .insert { border-color: var(--new); }
.replace { border-color: var(--dim); } .move { border-color: var(--move); }
.said { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
  white-space: nowrap; }
.label { font: bold .75rem/1 system-ui, sans-serif; color: var(--move); }
@media print { body { max-width: none; } }
"""
_SAID = {"delete": ("del", "deleted:"), "insert": ("ins", "inserted:")}


def diff_page(history: History) -> str:
    """Return the whole HTML page."""
    newest = history.versions[-1]
    title = newest.content.title or newest.url or newest.article_id
    sections = "".join("".join(_section(one)) for one in history.compared)
    if not history.compared:
        sections = "<p>There is one version, so nothing was changed.</p>"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Changes: {escape(title)}</title><style>{DIFF_STYLE}</style></head><body><main>"
        f'<h1 dir="auto">{escape(title)}</h1><p class="key">{escape(newest.url or "")}</p>'
        '<p class="key"><del>Deleted</del>, <ins>inserted</ins>, and '
        '<span class="label">moved</span> text.</p>'
        f"{sections}</main></body></html>\n"
    )


def facts_of(compared: ComparedVersions) -> Iterator[str]:
    """Yield what is to be said about a pair of versions, a phrase each."""
    revision = compared.revision
    yield f"fetched {day_and_time(compared.older.fetched_at)}"
    yield f"then {day_and_time(compared.newer.fetched_at)}"
    if compared.change_reason:
        yield f"reason: {compared.change_reason}"
    added, removed = revision.words_added, revision.words_removed
    yield f"{added:,} {'word' if added == 1 else 'words'} added, {removed:,} removed"
    # One word of a thousand is a change, too.
    stayed = min(revision.similarity, 0.99) if added or removed else revision.similarity
    yield f"{stayed:.0%} of the words stayed"
    yield from _changes_of(compared.revision)
    if revision.note_added:
        yield "a note tells of a change"
    if revision.is_silent(compared.change_reason):
        yield "silent: no note, and no new date of the last change"


def _changes_of(revision: Revision) -> Iterator[str]:
    old, new = revision.old, revision.new
    if not (revision.text_changed or revision.title_changed):
        yield "title and text are the same"
    if revision.authors_changed:
        yield f"authors: {_names(old.authors)} → {_names(new.authors)}"
    if revision.date_changed:
        yield f"published: {_published(revision, later=False)} → {_published(revision, later=True)}"


def _names(authors: tuple[str, ...]) -> str:
    return ", ".join(authors) or "none"


def _published(revision: Revision, *, later: bool) -> str:
    version = revision.new if later else revision.old
    return day_and_time(version.published_at) if version.published_at else "no date"


def day_and_time(moment: datetime | None) -> str:
    """Return a time for people, in UTC."""
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else "at an unknown time"


def title_words(revision: Revision) -> tuple[Words, ...]:
    """Return the words of both titles."""
    if not revision.title_changed:
        return (Words("keep", revision.new.title or ""),)
    return compare_words(revision.old.title or "", revision.new.title or "")


def _section(compared: ComparedVersions) -> Iterator[str]:
    yield f"<section><h2>Version {compared.older.number} → {compared.newer.number}</h2>"
    items = "".join(f'<li dir="auto">{escape(fact)}</li>' for fact in facts_of(compared))
    yield f'<ul class="facts">{items}</ul>'
    yield f'<p class="headline" dir="auto">{_marked(title_words(compared.revision))}</p>'
    for is_kept, run in groupby(compared.revision.paragraphs, lambda one: one.operation == "keep"):
        paragraphs = list(map(_paragraph, run))
        yield from _folded(paragraphs) if is_kept else paragraphs
    yield "</section>"


def _folded(unchanged: Sequence[str]) -> Iterator[str]:
    if len(unchanged) <= LONGEST_UNCHANGED:
        yield from unchanged
        return
    first, *inner, last = unchanged
    yield f"{first}<details><summary>{len(inner):,} unchanged paragraphs</summary>"
    yield from inner
    yield f"</details>{last}"


def _paragraph(paragraph: ComparedParagraph) -> str:
    operation = paragraph.operation
    if operation == "delete":
        content = _marked((Words("delete", paragraph.old or ""),))
    elif operation == "insert":
        content = _marked((Words("insert", paragraph.new or ""),))
    else:
        content = _marked(paragraph.words or (Words("keep", paragraph.new or ""),))
    # The direction of a paragraph follows its text, and not words that have a direction themselves.
    label = '<span class="label" dir="ltr">moved here</span> ' if operation == "move" else ""
    kind = "" if operation == "keep" else f' class="{operation}"'
    return f'<p{kind} dir="auto">{label}{content}</p>'


def _marked(words: tuple[Words, ...]) -> str:
    return "".join(map(_run, words))


def _run(run: Words) -> str:
    if run.operation == "keep":
        return escape(run.text)
    tag, said = _SAID[run.operation]
    text, spaces = run.text.rstrip(), run.text[len(run.text.rstrip()) :]
    return f'<{tag}><span class="said" dir="ltr">{said} </span>{escape(text)}</{tag}>{spaces}'
