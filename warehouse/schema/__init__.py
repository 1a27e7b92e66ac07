"""Every table and column of the warehouse, stated once.

From here come the Arrow schemas that files are cast to before they are written, the Iceberg
tables, the published views and `docs/tables.md`. A column that is appended to a table is added to
older warehouses when they are next written to; `SCHEMA_VERSION` is raised with each such change.
"""

from warehouse.schema.articles import (
    ARTICLE_KEYS,
    ARTICLE_VERSIONS,
    DATE_CANDIDATE_STRUCT,
    DATE_CANDIDATES,
    DOCUMENTS,
    PROCESSED,
    REPAIRS,
    RUNS,
    SUPERSEDED,
)
from warehouse.schema.boilerplate import BOILERPLATE, BOILERPLATE_HISTORY
from warehouse.schema.columns import Column, Table
from warehouse.schema.nights import (
    ADDRESS_KEYS,
    DISCOVERIES,
    FETCHES,
    FORMER_NAMES,
    NIGHT_VIEWS,
    VISITS,
)

__all__ = [
    "ADDRESS_KEYS",
    "ARTICLE_KEYS",
    "ARTICLE_VERSIONS",
    "BOILERPLATE",
    "BOILERPLATE_HISTORY",
    "DATE_CANDIDATES",
    "DATE_CANDIDATE_STRUCT",
    "DISCOVERIES",
    "DOCUMENTS",
    "FETCHES",
    "FORMER_NAMES",
    "NAMING_SOURCES",
    "PROCESSED",
    "REPAIRS",
    "RUNS",
    "SCHEMA_VERSION",
    "SUPERSEDED",
    "TABLES",
    "VIEWS",
    "VISITS",
    "Column",
    "Table",
]

# 5: no keys of sources are stored any more.
SCHEMA_VERSION = 5

# The order in which a run is committed; `runs` last, for its row says that the others are there.
TABLES = (
    ARTICLE_VERSIONS,
    SUPERSEDED,
    ARTICLE_KEYS,
    DATE_CANDIDATES,
    DOCUMENTS,
    DISCOVERIES,
    FETCHES,
    ADDRESS_KEYS,
    VISITS,
    BOILERPLATE_HISTORY,
    REPAIRS,
    RUNS,
)

# Views over these tables, described as tables are; their statements stand in publish.sql.
VIEWS = (*NIGHT_VIEWS, BOILERPLATE)

# Tables whose column `source` is the name of a publisher, which may change.
NAMING_SOURCES = (ARTICLE_VERSIONS, DOCUMENTS, DISCOVERIES, FETCHES, VISITS, BOILERPLATE_HISTORY)
