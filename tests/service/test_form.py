"""The run form's schema: plain fields, and the same values as before are taken."""

from typing import Any

import pytest
from prefect.utilities.schema_tools import validate

from flows.deployments import FLOWS
from flows.ingest import ingest
from flows.service.form import plain

FORMS = {flow.name: plain(flow.parameters.model_dump()) for flow in FLOWS}


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
        ({"limit": 5, "source": "Courier", "columns": {"text": "story"}}, False),
        ({"limit": None, "source": None, "columns": {"text": None}}, False),
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


def test_a_form_that_is_plain_already_stays_as_it_is() -> None:
    for form in FORMS.values():
        assert plain(form) == form
