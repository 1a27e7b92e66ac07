"""What every section of the settings has in common."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """Keys of one section; frozen, and a key that is not known is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")
