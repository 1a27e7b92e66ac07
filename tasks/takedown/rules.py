"""The rows of each table that a takedown removes or changes.

Every table has a rule, and a test compares the rules with the tables. The ledger keeps a row for
each document, without what tells which page it was. Rows of the other articles stay as they are:
their links, also those to a page that was taken down, are part of what they published.
"""

from collections.abc import Mapping
from typing import Final

from tasks.takedown.connection import RUN_COUNTS, VISIT_COUNTS
from warehouse.rewriting import RowChange
from warehouse.schema import (
    ADDRESS_KEYS,
    ARTICLE_KEYS,
    ARTICLE_VERSIONS,
    BOILERPLATE_HISTORY,
    CLUSTER_MEMBERS,
    CODINGS,
    DATE_CANDIDATES,
    DISCOVERIES,
    DOCUMENTS,
    FETCHES,
    FINGERPRINTS,
    IMAGES,
    INPUTS,
    LINKS,
    REPAIRS,
    REVISION_CHANGES,
    REVISIONS,
    RUNS,
    SNAPSHOTS,
    SUPERSEDED,
    TAKEDOWNS,
    TEXT_PAIRS,
    VISITS,
    WATCH_HITS,
)

TAKEN_PATH: Final = "taken_down/"
_OF_ARTICLE = RowChange("article_id in (select article_id from taken_articles)")
_OF_ADDRESS = "(url in (select url from taken_urls) or url_key in (select key from taken_keys){})"
_ROW = '"run_id" || chr(10) || "locator"'
_IS_PATH = f"{_ROW} in (select run_id || chr(10) || locator from taken_locators)"
_IS_INPUT = '"run_id" || chr(10) || "path" in (select run_id || chr(10) || path from taken_inputs)'
_DECIDED = "outcome in ('loaded', 'revised', 'duplicate')"
_IS_TAKEN = f"({_OF_ARTICLE.matches}) and {_DECIDED}"


def _hashed(column: str) -> str:
    """Return an expression that names a row by a number made from a path, and not by the path."""
    return f'\'{TAKEN_PATH}\' || left(md5("run_id" || chr(10) || "{column}"), 16)'


def _counts(table: str, names: tuple[str, ...], same: str) -> RowChange:
    """Return the change of rows whose new values a table states in full."""
    found = f"(select {{}} from {table} as new where {same})"
    different = " or ".join(f'stored."{name}" is distinct from new.{name}' for name in names)
    return RowChange(
        f"exists (from {table} as new where {same} and ({different}))",
        {f'"{name}"': found.format(f"new.{name}") for name in names},
    )


# A row that was changed already fulfils none of these.
_OF_PAGE = (
    f"(({_OF_ARTICLE.matches} and ({_DECIDED} or url is not null)) "
    f"or (article_id is null and url in (select url from taken_urls)) or {_IS_PATH})"
)
# A record of another page may refer to this one.
_NAMES_PAGE = "exists (from taken_urls as taken where contains(stored.detail, taken.url))"
_LEDGER = RowChange(
    f"{_OF_PAGE} or {_NAMES_PAGE}",
    {
        '"locator"': f'if({_IS_PATH}, {_hashed("locator")}, "locator")',
        '"detail"': "null",
        **{
            name: f"if(coalesce({_OF_PAGE}, false), null, {name})"
            for name in ('"url"', '"whole_hash"', '"extra"')
        },
        '"outcome"': f"if({_IS_TAKEN}, 'rejected', outcome)",
        '"step"': f"if({_IS_TAKEN}, 'resolve', step)",
        '"reason"': f"if({_IS_TAKEN}, 'taken_down', reason)",
        '"version"': f"if({_IS_TAKEN}, null, version)",
    },
)
_RUNS_CHANGE = _counts(
    "new_runs", (*RUN_COUNTS, "inputs", "parameters"), "new.run_id = stored.run_id"
)
_VISITS_CHANGE = _counts(
    "new_visits", VISIT_COUNTS, "new.run_id = stored.run_id and new.source = stored.source"
)
# None: nothing in the table is of one article.
TAKEDOWN_RULES: Final[Mapping[str, RowChange | None]] = {
    **{
        table.name: _OF_ARTICLE
        for table in (
            *(ARTICLE_VERSIONS, SUPERSEDED, ARTICLE_KEYS, DATE_CANDIDATES, LINKS, IMAGES),
            *(REVISIONS, REVISION_CHANGES, FINGERPRINTS, CLUSTER_MEMBERS, CODINGS, WATCH_HITS),
        )
    },
    DOCUMENTS.name: _LEDGER,
    DISCOVERIES.name: RowChange(_OF_ADDRESS.format("")),
    FETCHES.name: RowChange(_OF_ADDRESS.format(" or final_url in (select url from taken_urls)")),
    ADDRESS_KEYS.name: RowChange(_OF_ADDRESS.format("")),
    TEXT_PAIRS.name: RowChange(
        "(content_hash in (select content_hash from taken_texts) "
        "or other_hash in (select content_hash from taken_texts))"
    ),
    INPUTS.name: RowChange(_IS_INPUT, {'"path"': _hashed("path")}),
    VISITS.name: _VISITS_CHANGE,
    RUNS.name: _RUNS_CHANGE,
    BOILERPLATE_HISTORY.name: None,  # lines that recur in many articles of a source
    REPAIRS.name: None,  # names of files of tables
    # Checksums are stated anew when the tags have moved.
    SNAPSHOTS.name: _counts("new_conditions", ("where_sql",), "new.name = stored.name"),
    TAKEDOWNS.name: None,
}
