"""The fuzzer finds failures that are made for it, and none in the readers as they are."""

import os
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest

from tests.fuzz.child import Failure, run_one
from tests.fuzz.samples import everything
from tests.fuzz.supervisor import Result, fuzz
from tests.fuzz.targets import TARGETS, Target

pytestmark = pytest.mark.slow

SEEDS = Random(os.environ.get("PYTEST_XDIST_TESTRUNUID"))  # different inputs in each test session


@pytest.mark.parametrize(
    "seconds", [4, pytest.param(120, marks=[pytest.mark.slow, pytest.mark.timeout(400)])]
)
def test_damaged_input_of_every_kind_affects_no_other_document(
    tmp_path: Path, seconds: int
) -> None:
    seed = SEEDS.randrange(10**9)
    *found, result = fuzz(list(TARGETS), seed, seconds, tmp_path / "found")
    assert isinstance(result, Result)
    assert not found, f"python -m tests.fuzz --seed N TARGET: {found}"
    assert all(result.inputs.values())


DIGEST = (
    "import hashlib; from tests.fuzz.targets import TARGETS; print(hashlib.sha256(b''.join("
    "one.input(seed) for one in TARGETS.values() for seed in range(20))).hexdigest())"
)


def test_a_seed_gives_the_same_input_in_every_process() -> None:
    first, second = (subprocess.check_output([sys.executable, "-c", DIGEST]) for _ in range(2))
    assert first == second


def _with(check: object, seconds: float = 2.0) -> Target:
    return Target("text", everything, check, seconds=seconds)  # type: ignore[arg-type]


def test_an_error_of_a_check_is_a_failure_with_its_place() -> None:
    def check(data: bytes, chance: Random) -> None:
        raise KeyError("x")

    failure = run_one(_with(check), 3)
    assert failure == Failure("text", 3, "KeyError: 'x'", failure.where if failure else "")


def test_an_input_that_takes_too_long_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.fuzz.child.GRACE", 1000)  # so that the kernel does not end pytest

    def check(data: bytes, chance: Random) -> None:
        end = time.process_time() + 0.05
        while time.process_time() < end:
            pass

    failure = run_one(_with(check, seconds=0.02), 3)
    assert failure is not None
    assert failure.where == "slow"


@pytest.mark.parametrize("died", ["SIGSEGV", "SIGPROF"])
def test_an_input_that_kills_its_process_is_saved_and_the_next_ones_are_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, died: str
) -> None:
    killer = tmp_path / "sitecustomize.py"
    killer.write_text(
        "import sys\n"
        "if 'tests.fuzz.child' in sys.orig_argv:\n"
        "    import os, signal, protego\n"
        "    parse = protego.Protego.parse\n"
        f"    die = lambda: os.kill(os.getpid(), signal.{died})\n"
        "    def parse_or_die(content):\n"
        "        len(content) % 7 == 0 and die()\n"
        "        return parse(content)\n"
        "    protego.Protego.parse = parse_or_die\n"
    )
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{Path.cwd()}")

    *found, result = fuzz(["robots"], 1, 5, tmp_path / "found")

    assert isinstance(result, Result)
    (failure,) = found
    assert isinstance(failure, Failure)
    assert died in failure.where
    saved, file = result.saved[0]
    assert file.read_bytes() == TARGETS["robots"].input(saved.seed)
    assert result.inputs["robots"] > saved.seed
