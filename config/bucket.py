"""Settings of a lake that is also kept in a bucket, for other machines and engines."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from config.section import Section

_ADDRESS = re.compile(r"s3://[a-z0-9][a-z0-9.-]+[a-z0-9](/[^/\s]+)*/?")


def bucket_address(text: str) -> str:
    """Return an address without a slash at its end; raise ValueError if it is none of a bucket."""
    if text and not _ADDRESS.fullmatch(text):
        raise ValueError(f"{text!r} is no address such as s3://bucket/prefix")
    return text.rstrip("/")


BucketAddress = Annotated[str, AfterValidator(bucket_address)]


class BucketSettings(Section):
    """The S3 service, and the catalog that names the tables in the bucket.

    Keys are not settings: the service's usual environment variables and files hold them.

    Attributes:
        catalog: address of a PostgreSQL database or of an Iceberg REST catalog.
        lease_seconds: time after which a writer that is gone no longer keeps others out.
    """

    endpoint: str
    region: str
    catalog: str
    connect_seconds: Annotated[float, Field(gt=0)]
    request_seconds: Annotated[float, Field(gt=0)]
    lease_seconds: Annotated[float, Field(ge=5)]
