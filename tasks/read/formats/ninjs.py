"""Prepares the items of ninjs, the IPTC's news in JSON, so that they are read like any other row.

Versions 1.x name the variants of a field by a suffix (`body_html`, `headline_main`). Versions 2.x
and 3.x have lists of objects with a role and a value, and 3.x writes names in camel case
(https://iptc.org/std/ninjs/userguide/).
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

# `uri` is the only property that every item has; beside it stands at least one of these.
_SIGNS = frozenset(
    "versioncreated versionCreated firstcreated firstCreated pubstatus pubStatus copyrightholder "
    "copyrightHolder copyrightnotice copyrightNotice representationtype representationType "
    "bodies body_xhtml body_html".split()
)
# Field: its names in 1.x, which may have a suffix, and in later versions.
_VARIED = {
    "title": ("headline", "headlines"),
    "text": ("body", "bodies"),
    "description": ("description", "descriptions"),
}


class _Variant(NamedTuple):
    """One of the values of a field.

    Attributes:
        column: its name, or the name of the list that has it.
        kind: the suffix of the name, or role and content type, in lower case.
    """

    column: str
    kind: str
    value: str


def is_ninjs(value: object) -> bool:
    """Return whether a JSON value is an item of ninjs."""
    return isinstance(value, Mapping) and "uri" in value and not _SIGNS.isdisjoint(value)


def ninjs_row(item: Mapping[str, Any], columns: Mapping[str, str]) -> dict[str, Any]:
    """Return an item as a row, whose columns have names that are known.

    The first variant of a field gets a column of its own. The others stay where they are.

    Args:
        columns: the user's own choice of columns; its fields are left as they are.
    """
    row = dict(item)
    for field, names in _VARIED.items():
        rank = _body_rank if field == "text" else _main_rank
        if field not in columns and (variants := sorted(_variants(item, names), key=rank)):
            _give_column(row, variants[0], names[0])
    # The names of the subjects are keywords; their codes stay in the list.
    subjects = item.get("subject") or item.get("subjects")
    keywords = [one["name"] for one in _objects(subjects) if isinstance(one.get("name"), str)]
    if keywords and "keywords" not in item:
        row["keywords"] = keywords
    section = next(_objects(item.get("service") or item.get("anpa_category")), {}).get("name")
    if section and "section" not in item:
        row["section"] = section
    if "title" in item and "headline" in row and "title" not in columns:
        # The title of 1.x is a name for editors: what readers see is the headline.
        row["item_title"] = row.pop("title")
    return row


def _variants(item: Mapping[str, Any], names: tuple[str, str]) -> Iterator[_Variant]:
    single, several = names
    for column, value in item.items():
        kind = column.removeprefix(single).removeprefix("_").lower()
        is_variant = column == single or column.startswith(f"{single}_")
        if is_variant and isinstance(value, str) and value.strip():
            yield _Variant(column, kind, value)
    for one in _objects(item.get(several)):
        value = one.get("value")
        if isinstance(value, str) and value.strip():
            content = one.get("contenttype") or one.get("contentType") or ""
            yield _Variant(several, f"{one.get('role') or ''} {content}".lower(), value)


def _give_column(row: dict[str, Any], variant: _Variant, name: str) -> None:
    found = row.pop(variant.column)
    if not isinstance(found, str):
        row[variant.column] = [one for one in found if not _has_value(one, variant.value)]
    row[name] = variant.value


def _has_value(one: object, value: str) -> bool:
    return isinstance(one, Mapping) and one.get("value") == value


def _main_rank(variant: _Variant) -> int:
    return 0 if variant.kind in ("", "main") or variant.kind.startswith("main ") else 1


def _body_rank(variant: _Variant) -> int:
    """Rank markup first, because plain bodies often lack their paragraphs.

    Last come formats of an agency's own, such as TTNITF, which repeat the text among metadata.
    """
    if any(word in variant.kind for word in ("html", "rich")):
        return 0
    return 2 if "xml" in variant.kind or "nitf" in variant.kind else 1


def _objects(value: object) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, list):
        yield from (one for one in value if isinstance(one, Mapping))
