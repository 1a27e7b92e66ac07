"""Events of a night on the Prefect server. Automations make messages of them (docs/service.md)."""

from pathlib import Path

from prefect.events import emit_event

from tasks.jobs.report import NightReport

FINISHED = "broadsheet.night.finished"
WARNED = "broadsheet.night.warned"
THIN = "broadsheet.night.thin"
WATCH_HIT = "broadsheet.watch.hit"


def announce_night(night: NightReport, warehouse: Path, link: str, *, failed: bool) -> None:
    """Emit the event `finished`, and at most one of the events `thin` and `warned`.

    Each night should cause one message at most. So `thin` carries the other warnings as well, and
    a failed night emits neither: the state of its flow run already causes a message.

    The payload has `night`, `line`, `warnings` and `link`, and for `thin` also `thin`. All values
    are strings, as the templates of notifications need them.

    Args:
        link: the address of the night's artifact in the UI.
        failed: true if too many sources of the night failed.
    """
    resource = {
        "prefect.resource.id": f"broadsheet.night.{night.night}",
        "warehouse": str(warehouse),
    }
    payload = {
        "night": night.night.isoformat(),
        "line": night.line,
        "warnings": "\n".join(warning for warning in night.warnings if warning != night.thin),
        "link": link,
    }
    emit_event(FINISHED, resource=resource, payload=payload)
    if failed:
        return
    if night.thin:
        emit_event(THIN, resource=resource, payload=payload | {"thin": night.thin})
    elif night.warnings:
        emit_event(WARNED, resource=resource, payload=payload)


def announce_watches(night: NightReport, warehouse: Path, link: str) -> None:
    """Emit an event for each watch that has new hits.

    The payload has `watch`, `night`, `articles` (their number), `titles` (of the first five, one a
    line) and `link`, all of them strings.
    """
    for one in night.watched:
        emit_event(
            WATCH_HIT,
            resource={
                "prefect.resource.id": f"broadsheet.watch.{one.watch}",
                "warehouse": str(warehouse),
            },
            payload={
                "watch": one.watch,
                "night": night.night.isoformat(),
                "articles": f"{one.articles:,}",
                "titles": "\n".join(one.titles),
                "link": link,
            },
        )
