"""The recipes for messages as docs/service.md and docs/service/automations have them."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from tests.service.existing import ROOT, Existing

PAGE = ROOT / "docs" / "service.md"


def block_of(server: Existing, kind: str, old: str = "", new: str = "") -> str:
    """Makes a block by the page's own lines of Python; gives its id.

    Args:
        kind: a word by which its lines are known.
        old: what their address begins with; an address of the web is replaced as a whole.
    """
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.S)
    (program,) = (block for block in blocks if kind in block)
    if old:
        rest = r'[^"]*' if old.startswith("http") else ""
        program, count = re.subn(re.escape(old) + rest, new, program)
        assert count == 1
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=server.environment,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.split()[-1]


@contextmanager
def webhook() -> Iterator[tuple[str, list[dict[str, str]]]]:
    """Gives the address of a webhook, and what has come there."""
    came: list[dict[str, str]] = []

    class Inbox(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            came.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Inbox) as receiver:
        Thread(target=receiver.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{receiver.server_port}/broadsheet", came
        receiver.shutdown()


def recipe(name: str, block: str, folder: Path) -> Path:
    """A recipe with its placeholders filled."""
    text = (ROOT / "docs" / "service" / "automations" / f"{name}.yaml").read_text("utf-8")
    path = folder / f"{name}.yaml"
    path.write_text(text.replace("BLOCK_ID", block), "utf-8")
    return path
