"""The process that runs inputs, and dies of some: which one it is at stands in a shared file.

Failures go to standard output, a line of JSON each.
"""

import faulthandler
import json
import logging
import mmap
import resource
import signal
import struct
import sys
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.fuzz.targets import TARGETS, Target

MOST_BYTES = 6_000_000_000  # of address space
GRACE = 3.0  # past so many times the limit of an input the kernel ends the process
NOBODY = 2**32
_PLACE = struct.Struct("<Q")
_ROW = struct.Struct("<Qd")


class Board:
    """How far each target is, in a file that outlives the process.

    The first number is the target that is run now; then for each target come the number of its
    next input and the seconds that its inputs took so far.
    """

    def __init__(self, path: Path, targets: int) -> None:
        size = _PLACE.size + targets * _ROW.size
        if not path.exists():
            path.write_bytes(_PLACE.pack(NOBODY) + bytes(size - _PLACE.size))
        with path.open("r+b") as file:
            self._shared = mmap.mmap(file.fileno(), size)
        self.rows = range(targets)

    @property
    def current(self) -> int:
        """The target at whose last input the process is, or NOBODY."""
        return int(_PLACE.unpack_from(self._shared)[0])

    @current.setter
    def current(self, target: int) -> None:
        _PLACE.pack_into(self._shared, 0, target)

    def row(self, target: int) -> tuple[int, float]:
        """Return the number of inputs that were begun, and their seconds."""
        count, seconds = _ROW.unpack_from(self._shared, _PLACE.size + target * _ROW.size)
        return count, seconds

    @property
    def seconds(self) -> float:
        """What all inputs took together."""
        return sum(self.row(target)[1] for target in self.rows)

    def begin(self, target: int) -> int:
        """Note that the next input of a target is run; return its number."""
        count, seconds = self.row(target)
        self._write(target, count + 1, seconds)
        self.current = target
        return count

    def end(self, target: int, seconds: float) -> None:
        """Note how long the input took."""
        count, before = self.row(target)
        self._write(target, count, before + seconds)
        self.current = NOBODY

    def _write(self, target: int, count: int, seconds: float) -> None:
        _ROW.pack_into(self._shared, _PLACE.size + target * _ROW.size, count, seconds)


@dataclass(frozen=True, slots=True)
class Failure:
    """What is wrong with an input.

    Attributes:
        where: the innermost line of ours that was at work; failures with the same are one fault.
    """

    target: str
    seed: int
    error: str
    where: str


def main(names: Sequence[str], first: int, seconds: float, board: Board) -> None:
    """Run inputs, always of the target that had the least time, until all took so long."""
    logging.disable(logging.CRITICAL)
    faulthandler.enable()
    faulthandler.register(signal.SIGPROF, chain=True)
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    print("ready", flush=True)
    while True:
        target = min(board.rows, key=lambda number: board.row(number)[::-1])
        number = board.begin(target)
        started = time.perf_counter()
        failure = run_one(TARGETS[names[target]], first + number)
        board.end(target, time.perf_counter() - started)
        if failure:
            print(
                json.dumps([failure.target, failure.seed, failure.error, failure.where]), flush=True
            )
        if board.seconds >= seconds:
            return


def run_one(target: Target, seed: int) -> Failure | None:
    """Run an input; the kernel ends the process if it takes far too long."""
    signal.setitimer(signal.ITIMER_PROF, GRACE * target.seconds)
    try:
        data = target.input(seed)
        seconds = _timed(target, seed, data)
        if seconds > target.seconds:  # once more: the machine may have been busy
            seconds = min(seconds, _timed(target, seed, data))
        if seconds > target.seconds and not target.known:
            return Failure(target.name, seed, f"{len(data)} bytes took {seconds:.1f} s", "slow")
    except Exception as error:  # noqa: BLE001 (whatever it is, it is a find)
        said = f"{type(error).__name__}: {error}"[:500]
        return Failure(target.name, seed, said, _where(error))
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return None


def _timed(target: Target, seed: int, data: bytes) -> float:
    started = time.process_time()
    target.run(seed, data)
    return time.process_time() - started


def _where(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "/tasks/" in frame.filename] or frames
    return f"{Path(ours[-1].filename).name}:{ours[-1].lineno} {type(error).__name__}"


if __name__ == "__main__":
    path, first, seconds, *chosen = sys.argv[1:]
    main(chosen, int(first), float(seconds), Board(Path(path), len(chosen)))
