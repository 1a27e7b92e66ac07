"""The runner's process: registers the deployments and runs what is due, until it is stopped.

Started by the supervisor, which holds `up.lock`: no other runner is at this warehouse's runs. It is
started beside the server, for both take their time to load, and waits for it.
"""

import asyncio
import logging
import os
import shutil
import signal
import socket
import sys
import tempfile
import time
from pathlib import Path
from threading import Event, Thread

import httpx
from prefect import get_client
from prefect.runner import Runner

from config.errors import ServiceError
from config.settings import Settings, load_settings
from flows.deployments import deployments, forget_old_schedules, known_deployments
from flows.running.attempt import end_process, marked
from flows.running.parent import bound_to_parent
from flows.service.answers import as_sentence
from flows.service.automation import HEARTBEAT_SECONDS, ensure_automation
from flows.service.form import make_plain
from flows.service.places import ready_file, scratch_folder
from flows.service.reaper import reap
from flows.service.runs import all_ready
from flows.service.server import answers, is_ours

log = logging.getLogger("broadsheet.service")


def main(warehouse: str, config: str, supervisor: str, server: str) -> None:
    """Serves the deployments of a warehouse.

    Args:
        warehouse: its absolute path.
        config: the settings file, absolute; "" for the defaults and the environment.
        supervisor: its process id: it may die while this process still loads.
        server: "ours" where the supervisor starts one; "" where it was there already.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    # Of a shell's background job SIGINT is ignored, by inheritance; we are stopped by it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    named = Path(config) if config else None
    settings = load_settings(named, warehouse=Path(warehouse))
    with bound_to_parent(lambda ended: _stop(settings, ended), int(supervisor)):
        log.info("waiting for the server at %s", os.environ["PREFECT_API_URL"])
        while not _is_there(os.environ["PREFECT_API_URL"], server):
            time.sleep(0.2)
        runner = _prepared(settings, named)
        Thread(target=_say_when_ready, args=(runner, settings.warehouse), daemon=True).start()
        asyncio.run(runner.start())


def _prepared(settings: Settings, config: Path | None) -> Runner:
    """Settles what an earlier runner left and registers the deployments; ends with a sentence."""
    try:
        reap(settings.warehouse, settings.prefect.stop_seconds)
        ensure_automation()
        return _runner(settings, config)
    except (ServiceError, httpx.HTTPError, RuntimeError) as error:
        api = os.environ["PREFECT_API_URL"]
        said = error if isinstance(error, ServiceError) else as_sentence(error, api)
        print(said, flush=True)  # the last line of its log is what the supervisor says
        sys.exit(1)


def _is_there(api: str, server: str) -> bool:
    return is_ours(api, os.environ) if server == "ours" else answers(api)


def _runner(settings: Settings, config: Path | None) -> Runner:
    _use_own_scratch(settings.warehouse)
    runner = Runner(
        name=f"broadsheet on {socket.gethostname()}",
        pause_on_shutdown=False,
        limit=settings.prefect.runs_at_once,
        heartbeat_seconds=HEARTBEAT_SECONDS,
    )
    with get_client(sync_client=True) as client:
        known = known_deployments(client, settings.warehouse)
        forget_old_schedules(client, settings, known)
        for deployment in deployments(settings, config, known):
            runner.add_deployment(deployment)
            make_plain(client, deployment.full_name)
    return runner


def _use_own_scratch(warehouse: Path) -> None:
    """Keep a runner's temporary files in the warehouse's folder.

    Prefect would put them into one folder for all users of a machine, which only the user who first
    ran it can write to.
    """
    folder = scratch_folder(warehouse)
    shutil.rmtree(folder, ignore_errors=True)  # of a runner that was killed
    folder.mkdir()
    tempfile.tempdir = str(folder)


def _say_when_ready(runner: Runner, warehouse: Path) -> None:
    """Makes the file for which the supervisor waits, once the runner has asked for runs.

    Both are needed: the server may still call the deployments ready that a killed runner served.
    """
    with get_client(sync_client=True) as client:
        while runner.last_polled is None or not all_ready(client):
            time.sleep(0.2)
    ready_file(warehouse).touch()


def _stop(settings: Settings, ended: Event) -> None:
    """The supervisor is gone: so is this runner, and what it runs."""
    log.warning("the supervisor is gone: stopping")
    for flow_run in marked(settings.warehouse):
        end_process(settings.warehouse, flow_run, settings.prefect.stop_seconds)
    os.kill(os.getpid(), signal.SIGINT)
    if not ended.wait(settings.prefect.stop_seconds):
        os._exit(1)


if __name__ == "__main__":
    main(*sys.argv[1:])
