"""Real inputs for the tests of reading: WARC files written by warcio, and how they are read."""

import gzip
import io
from collections.abc import Iterable, Mapping
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from config.settings import ReadSettings, load_settings
from tasks.read.batch import read_batch
from tasks.read.plan import batch_from_json, batch_to_json, plan_inputs
from tasks.records import Dropped, RawDocument

Outcome = RawDocument | Dropped


def settings(**changes: int) -> ReadSettings:
    return load_settings().read.model_copy(update=changes)


def read(
    *paths: Path | str,
    columns: Mapping[str, str] | None = None,
    limit: int | None = None,
    **changes: int,
) -> list[Outcome]:
    """Plans, takes each batch through JSON as a run does, and reads it."""
    bounds = settings(**changes)
    plan = plan_inputs(paths, bounds, columns=columns or {}, limit=limit)
    outcomes: list[Outcome] = []
    for batch in plan.batches:
        again = batch_from_json(batch_to_json(batch))
        assert again == batch
        outcomes.extend(read_batch(again, bounds, plan.columns))
    assert_accounted(outcomes)
    return outcomes


def assert_accounted(outcomes: Iterable[Outcome]) -> None:
    """What holds of every reading: locators and positions are unique."""
    outcomes = list(outcomes)
    assert len({outcome.locator for outcome in outcomes}) == len(outcomes)
    assert len({outcome.position for outcome in outcomes}) == len(outcomes)
    for outcome in outcomes:
        outcome.locator.encode("utf-8")


def documents(outcomes: Iterable[Outcome]) -> list[RawDocument]:
    return [outcome for outcome in outcomes if isinstance(outcome, RawDocument)]


def reasons(outcomes: Iterable[Outcome]) -> list[str]:
    return [outcome.reason for outcome in outcomes if isinstance(outcome, Dropped)]


def by_locator(outcomes: Iterable[Outcome]) -> dict[str, str]:
    """Locator to reason, or "" for a document."""
    return {outcome.locator: getattr(outcome, "reason", "") for outcome in outcomes}


def page(number: int, words: int = 40) -> bytes:
    body = " ".join(f"word{number}x{word}" for word in range(words))
    return f"<!DOCTYPE html><html><body><p>Page {number}: {body}</p></body></html>".encode()


def record(
    number: int = 0,
    body: bytes | None = None,
    *,
    kind: str = "response",
    status: str = "200 OK",
    http: Mapping[str, str] | None = None,
    warc: Mapping[str, str] | None = None,
    compressed: bool = True,
) -> bytes:
    """One WARC record, as a gzip member unless told otherwise; HTTP headers without "" values."""
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=compressed)
    payload = page(number) if body is None else body
    declared = {"Content-Type": "text/html; charset=utf-8", **(http or {})}
    headers = {name: value for name, value in declared.items() if value}
    over_http = kind in ("response", "revisit")
    head = StatusAndHeaders(status, list(headers.items()), protocol="HTTP/1.1")
    made = writer.create_warc_record(
        f"https://news.example/{number}",
        kind,
        payload=io.BytesIO(payload),
        http_headers=head if over_http else None,
        warc_content_type="" if over_http else headers.get("Content-Type", ""),
        warc_headers_dict={"WARC-Date": "2024-05-06T07:08:09Z", **(warc or {})},
    )
    writer.write_record(made)
    return out.getvalue()


def archive(count: int, *, compressed: bool = True) -> list[bytes]:
    """The records of a WARC with a page each, of different sizes."""
    return [
        record(number, page(number, 20 + 37 * (number % 7)), compressed=compressed)
        for number in range(count)
    ]


def recompress(record_bytes: bytes, change: tuple[bytes, bytes]) -> bytes:
    """A record whose content was changed before it was compressed."""
    return gzip.compress(gzip.decompress(record_bytes).replace(*change, 1))
