"""An hour of random kills while nights run every minute, and then a check that all is in order.

    python -m tests.service.chaos --minutes 60 [--seed 1]

Prints each fault and the results of the checks. Exit status 1 if a check fails.
"""

import argparse
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random

import httpx

from tests.service.harness import Service, until
from tests.service.slow_site import SlowDesk
from tests.sites.many import ManySites

SOURCES, ARTICLES = 4, 12


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, ManySites(SOURCES, ARTICLES) as site:
        desk = SlowDesk(Path(folder), site, delay=0.5)
        desk.settings["prefect"]["schedule"] = "* * * * *"
        with Service(desk.warehouse, desk.config) as service:
            trial = Trial(desk, service, Random(asked.seed))
            trial.inject_faults(asked.minutes * 60)
            trial.check()
    print("all documents are loaded once, all states are true, and the next night ran")


class Trial:
    """A service whose nights run every minute, the faults that are injected, and the checks."""

    def __init__(self, desk: SlowDesk, service: Service, random: Random) -> None:
        self.desk = desk
        self.service = service
        self.random = random
        self.injected: Counter[str] = Counter()

    def inject_faults(self, seconds: float) -> None:
        """Inject faults at random moments; every three minutes the sites publish something."""
        faults: list[Callable[[], bool]] = [
            self.kill_flow,
            self.kill_worker,
            self.kill_runner,
            self.kill_server,
            self.kill_all,
            self.terminate_up,
            self.cancel,
        ]
        end = time.monotonic() + seconds
        published = time.monotonic()
        while time.monotonic() < end:
            time.sleep(self.random.uniform(5, 40))
            fault = self.random.choice(faults)
            if fault():
                self.injected[fault.__name__] += 1
                print(f"{end - time.monotonic():6.0f} s left: {fault.__name__}", flush=True)
            if time.monotonic() - published > 180:
                self.desk.site.next_night(new=3, revised=0)
                published = time.monotonic()

    def check(self) -> None:
        """Check the states of runs and the articles when the faults are over."""
        print(f"faults: {dict(self.injected)}")
        assert until(lambda: self.is_quiet() and self.is_complete(), 600), self.active_runs()
        self.desk.assert_loaded_once(*range(SOURCES))
        before = self.completed()
        assert until(lambda: self.completed() > before, 240), "the next night did not run"
        until(self.is_quiet, 120)
        assert self.service.slots_in_use("nightly") <= 1

    def kill_flow(self) -> bool:
        return self.kill_one(b"prefect.engine")

    def kill_worker(self) -> bool:
        return self.kill_one(b"tasks.execution.batch_worker")

    def kill_runner(self) -> bool:
        return self.kill_one(b"flows.service.runner")

    def kill_server(self) -> bool:
        return self.kill_one(b"flows.service.server_process")

    def kill_all(self) -> bool:
        self.service.kill_all()
        self.service.start()
        return True

    def terminate_up(self) -> bool:
        self.service.stop()
        self.service.start()
        return True

    def cancel(self) -> bool:
        with suppress(httpx.TransportError, AssertionError):
            for night in self.active_runs():
                self.service.cancel(night["id"])
                return True
        return False

    def kill_one(self, command: bytes) -> bool:
        for pid in self.service.processes():
            with suppress(OSError):
                if command in Path(f"/proc/{pid}/cmdline").read_bytes():
                    os.kill(pid, signal.SIGKILL)
                    return True
        return False

    def active_runs(self) -> list[dict[str, str]]:
        states = {"type": {"any_": ["RUNNING", "PENDING", "CANCELLING"]}}
        found: list[dict[str, str]] = self.service.post(
            "flow_runs/filter", {"flow_runs": {"state": states}}
        )
        return found

    def is_quiet(self) -> bool:
        with suppress(httpx.TransportError):
            return not self.active_runs()
        return False

    def is_complete(self) -> bool:
        with suppress(Exception):
            self.desk.assert_loaded_once(*range(SOURCES))
            return True
        return False

    def completed(self) -> int:
        states = {"state": {"type": {"any_": ["COMPLETED"]}}}
        return int(self.service.post("flow_runs/count", {"flow_runs": states}))


if __name__ == "__main__":
    sys.exit(main())
