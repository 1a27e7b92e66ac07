from typing import get_args

from config.execution import ExecutionSettings
from tasks.execution.backend import BACKENDS


def test_every_backend_that_the_settings_allow_has_a_class_of_its_own() -> None:
    allowed = get_args(ExecutionSettings.model_fields["backend"].annotation)
    assert set(BACKENDS) == set(allowed)
    assert len({type(backend) for backend in BACKENDS.values()}) == len(BACKENDS)
