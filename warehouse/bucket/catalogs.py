"""The catalog of a lake in a bucket: PostgreSQL, or a service that speaks Iceberg's REST protocol.

Both are pyiceberg's own catalogs. Here is what it takes to open them: where passwords come from,
how long to wait, and one sentence for each fault. pyiceberg imports SQLAlchemy or requests for it,
so that this module is imported only where a bucket is used.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from pyiceberg.catalog import Catalog
from pyiceberg.exceptions import (
    CommitFailedException,
    ForbiddenError,
    RESTError,
    UnauthorizedError,
)
from requests import PreparedRequest, RequestException, Response, Session
from requests.adapters import HTTPAdapter

from config.errors import BroadsheetError, UsageError
from config.place import CATALOG_TOKEN
from config.settings import Settings

CATALOG_NAME = "broadsheet"
_DRIVER = "postgresql+psycopg"
_PLACE = re.compile(r"((?P<user>[^:/?#@]*)(:[^/?#@]*)?@)?(?P<place>[^?#@]*)([?#].*)?", re.DOTALL)


class CatalogError(BroadsheetError):
    """The catalog did not do what was asked; the message names its address without a password."""


def open_bucket_catalog(settings: Settings) -> Catalog:
    """Open the catalog that names the tables in the bucket.

    Raises:
        UsageError: there is no address of a catalog, or it is none that can be opened.
        CatalogError: the catalog does not answer, or refuses the user.
    """
    address = settings.bucket.catalog
    if not settings.lake:
        raise UsageError("There is no lake in a bucket: set `lake`, such as s3://bucket/prefix.")
    if not address:
        raise UsageError(
            f"The lake {settings.lake} has no catalog: set bucket.catalog to a PostgreSQL database "
            "or to an Iceberg REST catalog."
        )
    scheme = address.partition("://")[0].lower()
    if scheme in ("postgresql", "postgres"):
        return _postgresql(settings)
    if scheme in ("http", "https"):
        return _rest(settings)
    raise UsageError(
        f"bucket.catalog is no address of a catalog ({catalog_place(address)}): it begins with "
        "postgresql://, https:// or http://."
    )


def catalog_place(address: str) -> str:
    """Return the address of a catalog for messages, without a password and options.

    Where a password or an option has a character such as "#", "/" or "@", so that one cannot tell
    where it ends, no more than the scheme is returned.
    """
    scheme, separator, rest = address.partition("://")
    found = _PLACE.fullmatch(rest)
    if not separator or not found or ("@" in rest and found["user"] is None):
        return f"{scheme.partition(':')[0]}{separator}…"
    user = "" if found["user"] is None else f"{found['user']}@"
    return f"{scheme}{separator}{user}{found['place']}"


@contextmanager
def catalog_asked(settings: Settings) -> Iterator[None]:
    """Turn what a catalog raises into a CatalogError of one sentence.

    A commit that another one has overtaken stays a CommitFailedException.
    """
    from sqlalchemy.exc import SQLAlchemyError

    place = catalog_place(settings.bucket.catalog)
    try:
        yield
    except CommitFailedException:
        raise
    except (UnauthorizedError, ForbiddenError) as error:
        raise CatalogError(
            f"The catalog {place} refused the access: set {CATALOG_TOKEN} to a valid token."
        ) from error
    except (RESTError, RequestException, SQLAlchemyError) as error:
        raise CatalogError(
            f"The catalog {place} did not answer as expected ({_reason(error)}): check "
            "bucket.catalog and whether it runs, and repeat the command."
        ) from error


def _postgresql(settings: Settings) -> Catalog:
    """Open a database; libpq finds the password in PGPASSWORD or ~/.pgpass."""
    try:
        import psycopg  # noqa: F401 - SQLAlchemy imports it by its name
        from pyiceberg.catalog.sql import SqlCatalog
        from sqlalchemy.engine import make_url
        from sqlalchemy.exc import ArgumentError
    except ImportError as error:
        raise UsageError(
            "A catalog in PostgreSQL needs a package that is not installed: install "
            "broadsheet[postgresql]."
        ) from error
    try:
        url = make_url(settings.bucket.catalog).set(drivername=_DRIVER)
    except (ArgumentError, ValueError) as error:
        raise UsageError(
            "bucket.catalog is no address such as postgresql://user@host/database."
        ) from error
    if "@" in (url.host or "") + (url.database or ""):
        raise UsageError(
            "bucket.catalog has a password with a character that ends it, such as @ or /: give the "
            "password in PGPASSWORD or ~/.pgpass."
        )
    if "connect_timeout" not in url.query:
        seconds = max(2, round(settings.bucket.connect_seconds))  # libpq takes no fewer
        url = url.update_query_dict({"connect_timeout": str(seconds)})
    uri = url.render_as_string(hide_password=False)
    with catalog_asked(settings):
        return SqlCatalog(CATALOG_NAME, uri=uri, warehouse=settings.lake, **_object_keys(settings))


def _rest(settings: Settings) -> Catalog:
    """Open a REST catalog; `?warehouse=NAME` in its address chooses one of several."""
    parts = urlsplit(settings.bucket.catalog)
    if "@" in parts.netloc:
        raise UsageError(
            f"bucket.catalog has a user or a password in it ({catalog_place(parts.geturl())}): "
            f"set {CATALOG_TOKEN} instead."
        )
    uri = urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/"), "", ""))
    options: dict[str, Any] = {"uri": uri, **dict(parse_qsl(parts.query)), **_object_keys(settings)}
    if token := os.environ.get(CATALOG_TOKEN):
        options["token"] = token
    else:
        options["auth"] = {"type": "noop"}
    with catalog_asked(settings):
        catalog: Catalog = _patient_rest_catalog(settings)(CATALOG_NAME, **options)
    found = urlsplit(str(catalog.uri))  # type: ignore[attr-defined]
    if (found.scheme, found.netloc) != (parts.scheme, parts.netloc):
        raise CatalogError(
            f"The catalog {uri} refers to another address, {found.scheme}://{found.netloc}, to "
            "which no token is sent: set bucket.catalog to that address if you trust it."
        )
    return catalog


def _patient_rest_catalog(settings: Settings) -> Any:
    """Return a class of REST catalogs that do not wait for ever, as pyiceberg's own does."""
    from pyiceberg.catalog.rest import RestCatalog

    limits = (settings.bucket.connect_seconds, settings.bucket.request_seconds)

    class _PatientAdapter(HTTPAdapter):
        def send(self, request: PreparedRequest, *args: Any, **options: Any) -> Response:
            options["timeout"] = options.get("timeout") or limits
            return super().send(request, *args, **options)

    class _PatientRestCatalog(RestCatalog):
        def _create_session(self) -> Session:
            session: Session = super()._create_session()
            for scheme in ("https://", "http://"):
                session.mount(scheme, _PatientAdapter())
            return session

    return _PatientRestCatalog


def _object_keys(settings: Settings) -> dict[str, str]:
    """Return how pyiceberg reaches the bucket: as `open_bucket` does, without any key."""
    bucket = settings.bucket
    named = {
        "s3.endpoint": bucket.endpoint,
        "s3.region": bucket.region or os.environ.get("AWS_REGION", ""),
        "s3.connect-timeout": str(bucket.connect_seconds),
        "s3.request-timeout": str(bucket.request_seconds),
    }
    return {key: value for key, value in named.items() if value}


def _reason(error: Exception) -> str:
    """Return what is wrong in a few words: the line of the innermost cause, without addresses."""
    cause = getattr(error, "orig", None) or error
    if isinstance(cause, RequestException):
        return type(cause).__name__
    return str(cause).strip().partition("\n")[0][:200] or type(cause).__name__
