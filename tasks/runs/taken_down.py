"""Documents of articles that were taken down, which no run loads again.

The table `takedowns` has hashes of their addresses. A document is recognised by the hash of its
own address, or of the address or text that makes its article_id. It is rejected before anything
else looks at it, and its row of the ledger does not say which page it was.
"""

from collections.abc import Sequence
from string import Template

import duckdb
import pyarrow.parquet as pq

from tasks.web.fingerprint import article_id
from warehouse.statements import statement


class TakenPages:
    """The articles that were taken down.

    Attributes:
        ids: their ids, and the hashes of their addresses, each with the id of its article.
    """

    def __init__(self, files: Sequence[str] = ()) -> None:
        """Read them from the files of the table `takedowns`."""
        self.ids: dict[str, str] = {}
        for file in files:
            for row in pq.read_table(file, columns=_READ).to_pylist():
                self.ids[row["article_id"]] = row["article_id"]
                for key_id in row["key_ids"] or ():
                    self.ids.setdefault(key_id, row["article_id"])

    def __contains__(self, key: str) -> bool:
        """Return whether a page with this key of its address was taken down."""
        return bool(self.ids) and article_id(key) in self.ids

    def leave_out(
        self, connection: duckdb.DuckDBPyConnection, hidden_in: str | None = None
    ) -> None:
        """Reject their documents in the view `documents_read`.

        Reads `documents_as_read` and `article_versions`; the functions of addresses are defined.

        Args:
            hidden_in: a run whose documents are read again: locators that name a page by its path
                are changed as they are in the ledger of that run.
        """
        if not self.ids:
            return
        connection.execute(
            "create or replace temp table taken_ids (id varchar, article_id varchar)"
        )
        connection.executemany("insert into taken_ids values (?, ?)", list(self.ids.items()))
        connection.execute(statement("taken_positions"))
        values = {"hides_paths": str(hidden_in is not None), "run_id": hidden_in or ""}
        connection.execute(Template(statement("documents_without_taken")).substitute(values))


_READ = ["article_id", "key_ids"]
