"""An S3 service on loopback, with an empty bucket."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from moto.server import ThreadedMotoServer
from pyarrow import fs

KEY, SECRET, REGION = "newsroom", "correct-horse", "eu-central-1"


@dataclass(frozen=True, slots=True)
class ObjectService:
    """The service's address, and the name of a bucket."""

    endpoint: str
    bucket: str

    @property
    def environment(self) -> dict[str, str]:
        """Return the variables with which Broadsheet and other programs reach the service."""
        return {
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_REGION": REGION,
            "BROADSHEET_BUCKET__ENDPOINT": self.endpoint,
        }

    def filesystem(self) -> fs.S3FileSystem:
        """Return a client that may make buckets."""
        return fs.S3FileSystem(
            access_key=KEY,
            secret_key=SECRET,
            region=REGION,
            endpoint_override=self.endpoint,
            allow_bucket_creation=True,
        )


@contextmanager
def object_service(port: int = 0) -> Iterator[ObjectService]:
    """Run an S3 service that keeps everything in memory, until this process ends."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        service = ObjectService(f"http://{host}:{port}", f"press-{secrets.token_hex(4)}")
        service.filesystem().create_dir(service.bucket)
        yield service
    finally:
        server.stop()
