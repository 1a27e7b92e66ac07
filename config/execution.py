"""Settings of the processing of batches, here or on a Dask cluster."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from config.bucket import BucketAddress
from config.choices import BackendName
from config.section import Section


def _scheduler_address(text: str) -> str:
    """Return an address such as tcp://10.0.0.5:8786 or tls://…, or "", if it is valid."""
    match = re.fullmatch(r"(tcp|tls)://(\[[0-9a-fA-F:.]+\]|[^\s:/\[\]]+):(\d{1,5})", text)
    if text and (match is None or not 0 < int(match[3]) < 65_536):
        raise ValueError(f"{text!r} is no address of a Dask scheduler such as tcp://10.0.0.5:8786")
    return text


class ExecutionSettings(Section):
    """The backend that processes batches, and the time limits for other machines.

    Attributes:
        exchange: a folder in a bucket through which batches and their results travel.
    """

    backend: BackendName
    scheduler: Annotated[str, AfterValidator(_scheduler_address)]
    exchange: BucketAddress
    connect_seconds: Annotated[float, Field(gt=0)]
    wait_seconds: Annotated[float, Field(gt=0)]
