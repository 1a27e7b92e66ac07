"""The description of a run, `run.json`: the request, and the settings that the run works with."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import orjson

from config.settings import ProcessSettings, ReadSettings, Settings, default_settings


@dataclass(frozen=True, slots=True)
class Description:
    """The description of a run's task, written when the run is begun and never changed.

    Attributes:
        flow: `ingest`, `nightly`, `backfill`, `reprocess` or `repair`.
        parameters: the parameters of the run, as `runs.parameters` shows them.
        inputs: absolute paths of the inputs.
        read, process: the settings when the run was begun. A resumed run keeps them, so that all
            its documents are treated alike.
        columns: for archives of rows, the archive's column for each of our fields.
        night: the local date of the scheduled start; None for a run that fetches nothing.
        entries: the sources of a run that fetches, as they were configured when it was begun. Their
            headers are left out, because these may hold keys.
        started_at: None until the run's folder is made.
    """

    flow: str
    parameters: Mapping[str, Any]
    inputs: tuple[str, ...]
    read: ReadSettings
    process: ProcessSettings
    columns: Mapping[str, str] = field(default_factory=dict)
    night: date | None = None
    entries: tuple[Mapping[str, Any], ...] = ()
    started_at: datetime | None = None

    @property
    def source(self) -> str | None:
        """Return the source that the user gave to all documents, if any."""
        source: str | None = self.parameters.get("source")
        return source

    def fields(self) -> dict[str, Any]:
        """Return the values to be written as JSON.

        The key of an ingest is a hash of them. A change here, also of their order, makes the same
        request begin a new run where an older Broadsheet left one unfinished.
        """
        fetching = {} if self.night is None else {"night": self.night, "entries": self.entries}
        started = {} if self.started_at is None else {"started_at": self.started_at.isoformat()}
        return {
            "flow": self.flow,
            "parameters": self.parameters,
            "inputs": self.inputs,
            **fetching,
            "columns": self.columns,
            "read": self.read.model_dump(),
            "process": self.process.model_dump(),
            **started,
        }

    def stored_fields(self) -> dict[str, Any]:
        """Return the values that `run.json` holds: also the S3 service that workers read from.

        Its catalog is left out, whose address may hold a password.
        """
        service = self.read.service
        kept = service.model_dump(exclude={"catalog"}) if service else {}
        return {**self.fields(), "bucket": kept}


def described(
    flow: str, parameters: Mapping[str, Any], inputs: tuple[str, ...], settings: Settings
) -> Description:
    """Return the description of a run that begins with the present settings."""
    return Description(flow, parameters, inputs, settings.read, settings.process)


def description_from_json(text: bytes) -> Description:
    """Read a description from the text of a `run.json`.

    Raises:
        ValueError, KeyError: the text is not such a description.
    """
    fields: dict[str, Any] = json.loads(text)
    night, started = fields.get("night"), fields.get("started_at")
    return Description(
        flow=fields["flow"],
        parameters=fields["parameters"],
        inputs=tuple(fields["inputs"]),
        read=ReadSettings.model_validate(
            _settings("read", fields) | {"service": _settings("bucket", {"bucket": {}} | fields)}
        ),
        process=ProcessSettings.model_validate(_settings("process", fields)),
        columns=fields["columns"],
        night=date.fromisoformat(night) if night else None,
        entries=tuple(fields.get("entries", ())),
        started_at=datetime.fromisoformat(started) if started else None,
    )


def _settings(section: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return a section of the settings that a run works with.

    An older Broadsheet may have begun the run. Settings that it did not have get their defaults,
    and those that this one does not have any more are left out.
    """
    defaults = default_settings()[section]
    return {name: fields[section].get(name, default) for name, default in defaults.items()}


def as_json(value: object) -> bytes:
    """Return a value as JSON.

    File names may contain bytes that are not UTF-8. orjson refuses them, and the standard library
    escapes them.
    """
    try:
        return orjson.dumps(value)
    except TypeError:
        return json.dumps(value, default=str).encode()
