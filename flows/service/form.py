"""The run form of the UI: optional parameters become plain fields that may be left empty."""

from collections.abc import Iterator
from typing import Any

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import DeploymentUpdate

Schema = dict[str, Any]


def simplify_form(client: SyncPrefectClient, name: str) -> None:
    """Rewrite the form of a deployment that has just been registered.

    The UI draws `str | None` as a choice between "str" and "None", without a field to fill in. For
    a plain field whose default is None, it sends that None, which the server then refuses. A plain
    field without a default works: it can be filled in, and while it is empty it is left out of the
    run's parameters. Programs may still pass None, as for every parameter that is not required.
    """
    deployment = client.read_deployment_by_name(name)
    form = simplified_schema(deployment.parameter_openapi_schema or {})
    update = DeploymentUpdate.model_validate({"parameter_openapi_schema": form})
    client.update_deployment(deployment.id, update)


def simplified_schema(schema: Schema) -> Schema:
    """Return a schema without null types and null defaults, which refuses unknown parameters.

    An unknown parameter would otherwise end the run's process with a traceback before our code is
    called.
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
    return schema | {"properties": {n: _plain(field) for n, field in schema["properties"].items()}}


def _plain(field: Schema) -> Schema:
    kept = {key: value for key, value in field.items() if key != "anyOf"}
    kinds = [kind for kind in field.get("anyOf", ()) if kind.get("type") != "null"]
    if len(kinds) == 1:
        kept |= kinds[0]
    elif kinds:
        kept["anyOf"] = kinds
    return dict(_without_null_defaults(kept))


def _without_null_defaults(field: Schema) -> Iterator[tuple[str, Any]]:
    """Yield the keys of a field, without defaults of None; a default may have several fields."""
    for key, value in field.items():
        if key != "default":
            yield key, value
        elif isinstance(value, dict):
            yield key, {name: part for name, part in value.items() if part is not None}
        elif value is not None:
            yield key, value
