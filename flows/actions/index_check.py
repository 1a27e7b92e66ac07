"""The check of `broadsheet doctor` on the search index."""

import duckdb

from config.settings import Settings
from config.wording import counted


def check_index(settings: Settings, *, deep: bool = False) -> str:
    """Return a line on the search index that is published.

    Args:
        deep: read all its files and compare their checksums.

    Raises:
        RuntimeError: it is missing or damaged.
    """
    from warehouse.layout import PUBLISHED
    from warehouse.search.folders import index_fault, read_state

    published = settings.warehouse / PUBLISHED
    if not published.is_file():
        return "nothing published yet"
    if not settings.search.index:
        return "none is wanted (search.index)"
    try:
        with duckdb.connect(str(published), read_only=True) as connection:
            [(name,)] = connection.execute("select search from publication").fetchall()
    except (duckdb.Error, ValueError):
        return "none yet; the next run builds it, and so does `broadsheet reprocess --search`"
    if name is None:
        raise RuntimeError(
            "the tables were published without one: `broadsheet reprocess --search` builds it."
        )
    folder = settings.warehouse / name
    if fault := index_fault(folder, deep=deep):
        raise RuntimeError(f"{folder} {fault}: `broadsheet reprocess --search` builds it anew.")
    state = read_state(folder)
    assert state is not None, "otherwise it has a fault"
    return f"{counted(state.articles, 'article')} in {state.bytes / 1e6:,.1f} MB"


def check_index_deep(settings: Settings) -> str:
    """Return what `check_index` does, after reading all files."""
    return check_index(settings, deep=True)
