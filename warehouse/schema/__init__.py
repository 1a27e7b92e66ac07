"""The tables and columns of the warehouse, each stated once.

The Arrow schemas that files are cast to before they are written, the Iceberg tables, the published
views and `docs/tables.md` are all made from these definitions. A column that is appended to a table
is added to older warehouses when they are next written to. `SCHEMA_VERSION` must be raised with
each such change.
"""

from warehouse.schema.articles import (
    ARTICLE_KEYS,
    ARTICLE_VERSIONS,
    DATE_CANDIDATE_STRUCT,
    DATE_CANDIDATES,
    DATE_READING_STRUCT,
    DOCUMENTS,
    PROCESSED,
    REPAIRS,
    RUNS,
    SUPERSEDED,
)
from warehouse.schema.boilerplate import BOILERPLATE, BOILERPLATE_HISTORY
from warehouse.schema.columns import Column, Table
from warehouse.schema.desk import CODINGS, WATCH_HITS
from warehouse.schema.inputs import INPUTS
from warehouse.schema.keeping import SNAPSHOTS
from warehouse.schema.nights import (
    ADDRESS_KEYS,
    DISCOVERIES,
    FETCHES,
    FORMER_NAMES,
    NIGHT_VIEWS,
    VISITS,
)
from warehouse.schema.publication import PUBLICATION
from warehouse.schema.stories import (
    CLUSTER_MEMBERS,
    FINGERPRINTS,
    MARTS,
    STORY_TABLES,
    STORY_VIEWS,
    TEXT_PAIRS,
)
from warehouse.schema.takedowns import TAKEDOWNS
from warehouse.schema.texts import IMAGES, LINKS, REVISION_CHANGES, REVISIONS

__all__ = [
    "ADDRESS_KEYS",
    "ARTICLE_KEYS",
    "ARTICLE_VERSIONS",
    "BOILERPLATE",
    "BOILERPLATE_HISTORY",
    "CLUSTER_MEMBERS",
    "CODINGS",
    "DATE_CANDIDATES",
    "DATE_CANDIDATE_STRUCT",
    "DATE_READING_STRUCT",
    "DISCOVERIES",
    "DOCUMENTS",
    "FETCHES",
    "FINGERPRINTS",
    "FORMER_NAMES",
    "IMAGES",
    "INPUTS",
    "LINKS",
    "MARTS",
    "NAMING_SOURCES",
    "PROCESSED",
    "PUBLICATION",
    "REPAIRS",
    "REVISIONS",
    "REVISION_CHANGES",
    "RUNS",
    "SCHEMA_VERSION",
    "SNAPSHOTS",
    "STORED_AT_PUBLICATION",
    "STORY_TABLES",
    "SUPERSEDED",
    "TABLES",
    "TAKEDOWNS",
    "TEXT_PAIRS",
    "VIEWS",
    "VISITS",
    "WATCH_HITS",
    "Column",
    "Table",
]

# 5: no keys of sources are stored any more. 6: `extra`, and the table `inputs`.
# 7: how inputs were understood, in `inputs`. 8: tables of links, images and revisions;
# `discoveries.position`. 9: stories. 10: `snapshots`, `takedowns`, `codings` and `watch_hits`.
SCHEMA_VERSION = 10

# The order in which a run is committed. `runs` is last: its row says that all others are committed.
TABLES = (
    ARTICLE_VERSIONS,
    SUPERSEDED,
    ARTICLE_KEYS,
    DATE_CANDIDATES,
    LINKS,
    IMAGES,
    REVISIONS,
    REVISION_CHANGES,
    DOCUMENTS,
    DISCOVERIES,
    FETCHES,
    ADDRESS_KEYS,
    VISITS,
    BOILERPLATE_HISTORY,
    REPAIRS,
    INPUTS,
    FINGERPRINTS,
    TEXT_PAIRS,
    CLUSTER_MEMBERS,
    SNAPSHOTS,
    TAKEDOWNS,
    CODINGS,
    WATCH_HITS,
    RUNS,
)

# Views over these tables, described in the same way. Their statements are in publish.sql.
VIEWS = (*NIGHT_VIEWS, BOILERPLATE, *STORY_VIEWS, PUBLICATION)

# Of all these, the tables whose rows are in news.duckdb itself.
STORED_AT_PUBLICATION = (FORMER_NAMES, PUBLICATION)

# Tables whose column `source` is the name of a publisher, which may change.
NAMING_SOURCES = (ARTICLE_VERSIONS, DOCUMENTS, DISCOVERIES, FETCHES, VISITS, BOILERPLATE_HISTORY)
