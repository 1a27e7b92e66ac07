"""What happened, as events on the Prefect server: automations send them on (docs/operations.md)."""

from pathlib import Path

from prefect.events import emit_event

from tasks.account import Night

FINISHED = "broadsheet.night.finished"
WARNED = "broadsheet.night.warned"
THIN = "broadsheet.night.thin"


def announce(night: Night, warehouse: Path, link: str, *, failed: bool) -> None:
    """Emits `finished` for every night, and where there is cause one of `thin` and `warned`.

    There is one message for a night: a thin one brings its other warnings along, and of a failed
    one the state of its flow run tells.

    Args:
        link: the address of the night's story.

    The payload has `night`, `line`, `warnings` and `link`, as strings for the templates of
    notifications.
    """
    resource = {
        "prefect.resource.id": f"broadsheet.night.{night.night}",
        "warehouse": str(warehouse),
    }
    payload = {
        "night": night.night.isoformat(),
        "line": night.line,
        "warnings": "\n".join(one for one in night.warnings if one != night.thin),
        "link": link,
    }
    emit_event(FINISHED, resource=resource, payload=payload)
    if failed:
        return
    if night.thin:
        emit_event(THIN, resource=resource, payload=payload | {"thin": night.thin})
    elif night.warnings:
        emit_event(WARNED, resource=resource, payload=payload)
