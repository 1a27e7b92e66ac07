"""What happened, as events on the Prefect server: automations send them on (docs/operations.md)."""

from pathlib import Path

from prefect.events import emit_event

from tasks.account import Night

FINISHED = "broadsheet.night.finished"
WARNED = "broadsheet.night.warned"
THIN = "broadsheet.night.thin"


def announce(night: Night, warehouse: Path) -> None:
    """`finished` for every night; `warned` and `thin` where there is cause.

    The payload has `night`, `line` and `warnings`, as strings for the templates of notifications.
    """
    resource = {
        "prefect.resource.id": f"broadsheet.night.{night.night}",
        "warehouse": str(warehouse),
    }
    payload = {
        "night": night.night.isoformat(),
        "line": night.line,
        "warnings": "\n".join(night.warnings),
    }
    emit_event(FINISHED, resource=resource, payload=payload)
    if night.warnings:
        emit_event(WARNED, resource=resource, payload=payload)
    if night.thin:
        emit_event(THIN, resource=resource, payload=payload | {"thin": night.thin})
