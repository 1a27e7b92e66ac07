"""Answers and evidence made without a server."""

from datetime import UTC, datetime

from tasks.web.exchange import Answer, Evidence
from tests.read.samples import page

HTML = (("Content-Type", "text/html; charset=utf-8"),)
STARTED = datetime(2025, 3, 11, 6, 30, 0, 123456, UTC)
COURIER = Evidence(source="courier", how="feed", title="Ferry returns")


def answer(number: int = 0, body: bytes | None = None, **changes: object) -> Answer:
    body = page(number) if body is None else body
    fields = {
        "url": f"https://courier.example/{number}",
        "status": 200,
        "reason_phrase": "OK",
        "http_version": "1.1",
        "headers": (*HTML, ("Content-Length", str(len(body)))),
        "request_headers": (("Host", "courier.example"), ("User-Agent", "Broadsheet")),
        "body": body,
        "content": body,
        "hops": (),
        "started_at": STARTED,
        "first_byte_seconds": 0.1,
        "seconds": 0.2,
        "waited_seconds": 0.0,
    }
    return Answer(**{**fields, **changes})  # type: ignore[arg-type]
