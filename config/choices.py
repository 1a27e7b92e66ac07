"""The values of settings that are choices; the command line offers the same and loads no more."""

from typing import Literal

# Which lane reads pages (`process.extractor`).
Lane = Literal["fast", "careful", "cascade"]
# Where batches are processed (`execution.backend`).
BackendName = Literal["processes", "dask"]
