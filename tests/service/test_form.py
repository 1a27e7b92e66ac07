"""The schema of the run form: its fields are plain, and it accepts the same values as the flow."""

from typing import Any

import pytest
from prefect.utilities.schema_tools import validate

from flows.deployments import FLOWS
from flows.ingest import ingest
from flows.service.form import simplified_schema

FORMS = {flow.name: simplified_schema(flow.parameters.model_dump()) for flow in FLOWS}


@pytest.mark.parametrize("name", FORMS)
def test_every_parameter_has_a_description_and_one_type(name: str) -> None:
    for field in FORMS[name]["properties"].values():
        assert field["description"]
        assert "anyOf" not in field
        assert field.get("default", "") is not None


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({}, False),
        ({"limit": 5, "source": "Courier", "columns": "text=story"}, False),
        ({"limit": None, "source": None, "columns": ""}, False),
        ({"limit": 0}, True),
        ({"paths": []}, True),
        ({"columns": {"txt": "story"}}, True),
        ({"if_locked": "maybe"}, True),
        ({"warehouse": "/srv/news", "config": "/etc/broadsheet.toml"}, False),
        ({"warehouse": "data"}, True),
        ({"warehouse": "~/news"}, True),
        ({"config": "broadsheet.toml"}, True),
    ],
)
def test_the_form_takes_what_the_flow_takes(values: dict[str, Any], wrong: bool) -> None:
    asked = {"paths": ["night.warc.gz"], **values}
    for schema in (ingest.parameters.model_dump(), FORMS["ingest"]):
        found = validate(asked, schema, raise_on_error=False, preprocess=True)
        assert bool(found) is wrong, found


def test_a_form_that_is_already_plain_is_unchanged() -> None:
    for form in FORMS.values():
        assert simplified_schema(form) == form
