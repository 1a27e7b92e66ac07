"""Tables of what is in the texts: links, images, and what changed from version to version."""

import pyarrow as pa

from warehouse.schema.columns import Column, Table

_ARTICLE = Column("article_id", pa.string(), "the article")
_VERSION = Column("version", pa.int32(), "its version")
_COMPARISON = Column(
    "comparison",
    pa.int32(),
    "number of the comparison: 1, 2, … per version; only the newest is published. A version is "
    "compared again if an earlier one is loaded later",
)
_COMPARED_BY = Column("run_id", pa.string(), "the run that compared the versions")

REVISIONS = Table(
    name="revisions",
    grain="one row per version of an article after the first in time, compared with the one before",
    order_by=("article_id", "version"),
    columns=(
        _ARTICLE,
        _VERSION,
        Column(
            "previous_version",
            pa.int32(),
            "the version before it by fetched_at; for a `reprocess` version, the one whose bytes "
            "it read again",
        ),
        Column(
            "change_reason",
            pa.string(),
            "`publisher`, `reprocess`, `input` (one of them has no capture time), or `unknown` "
            "(another extractor read one of them)",
        ),
        Column("title_changed", pa.bool_(), "whether the title differs"),
        Column(
            "text_changed",
            pa.bool_(),
            "whether the text differs in more than white space, kinds of quotes and dashes, and "
            "learned boilerplate",
        ),
        Column("authors_changed", pa.bool_(), "whether the authors differ, in any order"),
        Column("date_changed", pa.bool_(), "whether the date of publication differs"),
        Column("note_added", pa.bool_(), "whether a correction or editor's note was added"),
        Column("moved", pa.bool_(), "whether a paragraph was moved"),
        Column("similarity", pa.float64(), "share of the words of both texts that stayed, 0 to 1"),
        Column("words_added", pa.int32(), "words of the text that the earlier version lacks"),
        Column("words_removed", pa.int32(), "words of the earlier version that it lacks"),
        Column(
            "is_silent",
            pa.bool_(),
            "whether the publisher changed the text without a note and without a new modified_at; "
            "NULL if change_reason is not `publisher`",
        ),
        Column("paragraphs_changed", pa.int32(), "number of its rows in `revision_changes`"),
        _COMPARISON,
        _COMPARED_BY,
    ),
)

REVISION_CHANGES = Table(
    name="revision_changes",
    grain="one row per paragraph that a revision changed",
    order_by=("article_id", "version", "position"),
    columns=(
        _ARTICLE,
        Column("version", pa.int32(), "the later version, as in `revisions`"),
        Column(
            "position",
            pa.int32(),
            "place among the paragraphs of both texts in reading order, kept ones counted, from 1",
        ),
        Column(
            "operation",
            pa.string(),
            "`insert delete replace move`; a paragraph that was moved has its new place, and may "
            "have been edited as well",
        ),
        Column("old_text", pa.string(), "the paragraph before; NULL if inserted"),
        Column("new_text", pa.string(), "the paragraph after; NULL if deleted"),
        Column(
            "words",
            pa.string(),
            'the changes within: a list of `["keep", text]`, `["delete", text]` and `["insert", '
            "text]`; NULL for paragraphs inserted, deleted, or moved without a change",
            is_json=True,
        ),
        _COMPARISON,
        _COMPARED_BY,
    ),
)

LINKS = Table(
    name="links",
    grain="one row per link in the text of a version",
    bloom=("url_key",),
    order_by=("article_id", "version", "position"),
    columns=(
        _ARTICLE,
        _VERSION,
        Column("position", pa.int32(), "number of the link in the text, from 1"),
        Column("text", pa.string(), "the linked words; NULL if there are none"),
        Column("url", pa.string(), "the address it leads to, absolute"),
        Column("url_key", pa.string(), "normalised address, which identifies the page"),
        Column("same_site", pa.bool_(), "whether it leads to the article's registered domain"),
        Column("paragraph", pa.int32(), "number of the paragraph of the text, from 1"),
        Column("run_id", pa.string(), "the run that found the link"),
    ),
    joined=(
        Column(
            "target_article_id",
            pa.string(),
            "the article at this address, of any version; NULL if the warehouse has none",
        ),
    ),
)

IMAGES = Table(
    name="images",
    grain="one row per image in or above the text of a version",
    order_by=("article_id", "version", "position"),
    columns=(
        _ARTICLE,
        _VERSION,
        Column("position", pa.int32(), "number of the image on the page, from 1"),
        Column("url", pa.string(), "the address of the image, absolute"),
        Column("alt", pa.string(), "its alternative text"),
        Column("caption", pa.string(), "its caption, without the credit"),
        Column("credit", pa.string(), "photographer, agency or source, as the page states it"),
        Column("run_id", pa.string(), "the run that found the image"),
    ),
)


def _struct(table: Table) -> pa.DataType:
    """Return the type of a list of a table's rows for one document."""
    left_out = {"article_id", "version", "position", "run_id"}
    fields = [pa.field(c.name, c.type) for c in table if c.name not in left_out]
    return pa.list_(pa.field("element", pa.struct(fields)))


# The links and images of a processed document, in their order.
LINK_LIST, IMAGE_LIST = _struct(LINKS), _struct(IMAGES)
