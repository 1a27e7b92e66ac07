"""The run form: optional parameters as plain fields, which may be left empty."""

from collections.abc import Iterator
from typing import Any

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import DeploymentUpdate

Schema = dict[str, Any]


def make_plain(client: SyncPrefectClient, name: str) -> None:
    """Rewrites the form of a deployment that has just been registered.

    The UI draws `str | None` as a choice between "str" and "None" with no field to fill in, and
    sends the default None of a plain field, which the server then refuses. A field without a
    default is drawn as one, and left out of the run's parameters while it is empty; None remains
    allowed for programs, as for everything that is not required.
    """
    deployment = client.read_deployment_by_name(name)
    form = plain(deployment.parameter_openapi_schema or {})
    update = DeploymentUpdate.model_validate({"parameter_openapi_schema": form})
    client.update_deployment(deployment.id, update)


def plain(schema: Schema) -> Schema:
    """Returns the same schema, in which nothing is said to be null, and nothing else may be given.

    An unknown parameter would end the run's process with a traceback before our code is called.
    """
    definitions = schema.get("definitions", {})
    return {
        **_fields(schema),
        "additionalProperties": False,
        "definitions": {name: _fields(definition) for name, definition in definitions.items()},
    }


def _fields(schema: Schema) -> Schema:
    if "properties" not in schema:
        return schema
    return schema | {"properties": {n: _field(field) for n, field in schema["properties"].items()}}


def _field(field: Schema) -> Schema:
    kept = {key: value for key, value in field.items() if key != "anyOf"}
    kinds = [kind for kind in field.get("anyOf", ()) if kind.get("type") != "null"]
    if len(kinds) == 1:
        kept |= kinds[0]
    elif kinds:
        kept["anyOf"] = kinds
    return dict(_said(kept))


def _said(field: Schema) -> Iterator[tuple[str, Any]]:
    """What is not None, in a default of several fields, too."""
    for key, value in field.items():
        if key != "default":
            yield key, value
        elif isinstance(value, dict):
            yield key, {name: one for name, one in value.items() if one is not None}
        elif value is not None:
            yield key, value
