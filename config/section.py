"""The base class of all sections of the settings."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A section of the settings. It is frozen, and unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")
