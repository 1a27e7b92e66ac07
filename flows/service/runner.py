"""The runner's process: it registers the deployments and starts the flow runs that are due.

The supervisor starts it and holds `up.lock`, so no other runner works on this warehouse's runs. It
is started at the same time as the server, because each takes seconds to load, and waits for the
server before it does anything.
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
from config.visible import log_to_stderr
from flows.deployments import deployments, forget_old_schedules, known_deployments
from flows.running.attempt import end_attempt, marked_flow_runs
from flows.running.parent import bound_to_parent
from flows.service.answers import service_error
from flows.service.automation import HEARTBEAT_SECONDS, ensure_automation
from flows.service.form import simplify_form
from flows.service.reaper import reap
from flows.service.runs import all_ready
from flows.service.server import is_answering, is_own_server
from flows.service.state_files import ready_file, scratch_folder

log = logging.getLogger("broadsheet.service")


def main(warehouse: str, config: str, supervisor: str, server: str) -> None:
    """Serve the deployments of a warehouse until the process is stopped.

    All arguments are strings, because they come from the command line of this process.

    Args:
        warehouse: the absolute path of the warehouse.
        config: the absolute path of the settings file; "": the defaults and the environment.
        supervisor: the supervisor's process id. It is passed because the supervisor may die while
            this process is still loading.
        server: "ours" if the supervisor starts a server; "" if it uses an existing one.
    """
    log_to_stderr(logging.INFO, "%(asctime)s %(levelname)s %(name)s %(message)s")
    # The supervisor stops us by SIGINT. A background job of a shell inherits that it is ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    config_path = Path(config) if config else None
    settings = load_settings(config_path, warehouse=Path(warehouse))
    with bound_to_parent(lambda ended: _stop(settings, ended), int(supervisor)):
        log.info("waiting for the server at %s", os.environ["PREFECT_API_URL"])
        while not _is_server_up(os.environ["PREFECT_API_URL"], server):
            time.sleep(0.2)
        runner = _prepare_runner(settings, config_path)
        Thread(target=_announce_when_ready, args=(runner, settings.warehouse), daemon=True).start()
        asyncio.run(runner.start())


def _prepare_runner(settings: Settings, config: Path | None) -> Runner:
    """Settle interrupted runs, register the deployments and return the runner.

    If the server refuses, print one sentence and end the process. The supervisor reads that
    sentence from the last line of the runner's log.
    """
    try:
        reap(settings.warehouse, settings.prefect.stop_seconds)
        ensure_automation()
        return _runner(settings, config)
    except (ServiceError, httpx.HTTPError, RuntimeError) as error:
        api = os.environ["PREFECT_API_URL"]
        print(error if isinstance(error, ServiceError) else service_error(error, api), flush=True)
        sys.exit(1)


def _is_server_up(api: str, server: str) -> bool:
    return is_own_server(api, os.environ) if server == "ours" else is_answering(api)


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
            simplify_form(client, deployment.full_name)
    return runner


def _use_own_scratch(warehouse: Path) -> None:
    """Keep a runner's temporary files in the warehouse's folder.

    Prefect would use one folder for all users of the machine, which only the user who first ran
    Prefect can write to.
    """
    folder = scratch_folder(warehouse)
    shutil.rmtree(folder, ignore_errors=True)  # left by a runner that was killed
    folder.mkdir()
    tempfile.tempdir = str(folder)


def _announce_when_ready(runner: Runner, warehouse: Path) -> None:
    """Create the file for which the supervisor waits, once the runner asks the server for runs.

    Two conditions are needed. The server alone may still call the deployments ready because of a
    runner that was killed a moment ago; so this runner must also have asked for runs itself.
    """
    with get_client(sync_client=True) as client:
        while runner.last_polled is None or not all_ready(client):
            time.sleep(0.2)
    ready_file(warehouse).touch()


def _stop(settings: Settings, ended: Event) -> None:
    """Stop the flow runs and then this runner, because the supervisor has died."""
    log.warning("the supervisor has died: stopping")
    for flow_run in marked_flow_runs(settings.warehouse):
        end_attempt(settings.warehouse, flow_run, settings.prefect.stop_seconds)
    os.kill(os.getpid(), signal.SIGINT)
    if not ended.wait(settings.prefect.stop_seconds):
        os._exit(1)


if __name__ == "__main__":
    main(*sys.argv[1:])
