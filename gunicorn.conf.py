"""The web server, in `make run` and in production. Memory decides: two processes that share what was loaded before."""

import gc
import os
from typing import Any

from carecoord import environment
from carecoord.watching import folder

bind = os.environ.get("BIND", "127.0.0.1:8000")
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = 4
preload_app = True
timeout = 30  # seconds without a sign of life until a worker is replaced
graceful_timeout = 5
max_requests, max_requests_jitter = 20_000, 2_000
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108 - a heartbeat file must not wait for a disk
control_socket_disable = True  # it would write outside the data folder
loglevel = "error"  # a warning quotes the request line; carecoord/requests.py writes the line of each request

# Its processes count requests together for /health/metrics.
metrics = folder.make(environment.data_folder())


def pre_fork(server: Any, worker: Any) -> None:
    """What was loaded before stays shared: the collector of each process leaves it alone, and has less to walk."""
    gc.freeze()


def child_exit(server: Any, worker: Any) -> None:
    """What a process counted outlives it."""
    folder.add_up(metrics, worker.pid)


def on_exit(server: Any) -> None:
    folder.forget(metrics)
