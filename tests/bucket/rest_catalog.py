"""An Iceberg REST catalog on loopback, over pyiceberg's SQL catalog in a SQLite file.

It speaks as much of the protocol as pyiceberg's client and a lake in a bucket need: config,
namespaces, and tables that are made, loaded, listed, committed to and dropped.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

from pyiceberg.catalog.rest import CreateTableRequest
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.exceptions import (
    CommitFailedException,
    NamespaceAlreadyExistsError,
    NoSuchNamespaceError,
    NoSuchTableError,
    TableAlreadyExistsError,
)
from pyiceberg.table import CommitTableRequest, Table

from tests.bucket.service import ObjectService

TOKEN = "open-sesame"
_STATUS: dict[type[Exception], int] = {
    NoSuchNamespaceError: 404,
    NoSuchTableError: 404,
    NamespaceAlreadyExistsError: 409,
    TableAlreadyExistsError: 409,
    CommitFailedException: 409,
}


@contextmanager
def rest_catalog(objects: ObjectService, folder: Path) -> Iterator[str]:
    """Run a catalog while the context is open, and yield its address."""
    catalog = SqlCatalog(
        "rest",
        uri=f"sqlite:///{folder / 'rest.db'}",
        warehouse=f"s3://{objects.bucket}",
        **{"s3.endpoint": objects.endpoint, "s3.region": "eu-central-1"},
    )
    handler = type("_Bound", (_Handler,), {"catalog": catalog})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/iceberg"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        catalog.close()


class _Handler(BaseHTTPRequestHandler):
    catalog: SqlCatalog

    def _answer(self) -> None:
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            self._send(401, _error("NotAuthorizedException", "the token is wrong"))
            return
        size = int(self.headers.get("Content-Length") or 0)
        path = urlsplit(self.path).path.removeprefix("/iceberg/v1/")
        parts = [unquote(part) for part in path.split("/")]
        try:
            body = self._dispatch(parts, self.rfile.read(size))
        except tuple(_STATUS) as error:
            self._send(_STATUS[type(error)], _error(type(error).__name__, str(error)))
        else:
            self._send(200 if body else 204, body)

    def do_GET(self) -> None:
        self._answer()

    def do_HEAD(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_DELETE(self) -> None:
        self._answer()

    def _dispatch(self, parts: list[str], body: bytes) -> str:
        match self.command, parts:
            case "GET", ["config"]:
                return json.dumps({"defaults": {}, "overrides": {}})
            case "POST", ["namespaces"]:
                namespace = tuple(json.loads(body)["namespace"])
                self.catalog.create_namespace(namespace)
                return json.dumps({"namespace": namespace, "properties": {}})
            case "GET" | "HEAD", ["namespaces", name]:
                found = self.catalog.load_namespace_properties(name)
                return json.dumps({"namespace": [name], "properties": found})
            case "GET", ["namespaces", name, "tables"]:
                listed = self.catalog.list_tables(name)
                entries = [{"namespace": [name], "name": one[-1]} for one in listed]
                return json.dumps({"identifiers": entries})
            case "POST", ["namespaces", name, "tables"]:
                return _described(self._create(name, body))
            case "GET" | "HEAD", ["namespaces", name, "tables", table]:
                return _described(self.catalog.load_table((name, table)))
            case "POST", ["namespaces", name, "tables", table]:
                return self._commit((name, table), body)
            case "DELETE", ["namespaces", name, "tables", table]:
                self.catalog.drop_table((name, table))
                return ""
        raise NoSuchTableError(f"{self.command} {parts}")

    def _create(self, namespace: str, body: bytes) -> Table:
        # A location is optional in the protocol, and left out by clients that name none.
        asked = CreateTableRequest.model_validate({"location": None, **json.loads(body)})
        return self.catalog.create_table(
            (namespace, asked.name),
            schema=asked.table_schema,
            location=asked.location,
            properties=asked.properties,
        )

    def _commit(self, identifier: tuple[str, str], body: bytes) -> str:
        asked = CommitTableRequest.model_validate_json(body)
        table = self.catalog.load_table(identifier)
        done = self.catalog.commit_table(table, asked.requirements, asked.updates)
        return done.model_dump_json(by_alias=True)

    def _send(self, status: int, body: str) -> None:
        content = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        if status != 204:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _described(table: Table) -> str:
    metadata = table.metadata.model_dump_json()
    location = json.dumps(table.metadata_location)
    return f'{{"metadata-location": {location}, "metadata": {metadata}, "config": {{}}}}'


def _error(kind: str, message: str) -> str:
    return json.dumps({"error": {"type": kind, "message": message, "code": 0}})
