"""The folder in which the processes of one web server count together. Loaded by gunicorn before anything else of ours.

Each process counts in files of its own; those of one that has ended are added to a common pair, or they would pile up
with every process that is replaced.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"  # prometheus-client reads it when it is loaded
ENDED = "0"  # in place of a process's number: all that have ended


def make(data: Path) -> Path:
    """Make this server's folder below ``data`` and name it in the environment; remove those of killed servers."""
    metrics = data / "metrics"
    metrics.mkdir(parents=True, exist_ok=True)
    for left in metrics.iterdir():
        if left.name == str(os.getpid()) or not _is_running(left.name):
            shutil.rmtree(left, ignore_errors=True)
    own = metrics / str(os.getpid())
    own.mkdir(exist_ok=True)
    os.environ[VARIABLE] = str(own)
    return own


def forget(own: Path) -> None:
    """The server ends: nobody will ask."""
    shutil.rmtree(own, ignore_errors=True)


def add_up(own: Path, pid: int) -> None:
    """A process has ended: what it counted goes to those that ended before."""
    from prometheus_client.mmap_dict import MmapedDict

    with _locked(own, fcntl.LOCK_EX):
        for kind in ("counter", "histogram"):
            file = own / f"{kind}_{pid}.db"
            if not file.exists():
                continue
            ended = MmapedDict(str(own / f"{kind}_{ENDED}.db"))
            for key, value, at, _ in MmapedDict.read_all_values_from_file(str(file)):
                ended.write_value(key, ended.read_value(key)[0] + value, at)
            ended.close()
            file.unlink()


@contextmanager
def reading() -> Iterator[None]:
    """While it is read, no process's count is on its way from one file to the other."""
    with _locked(Path(os.environ[VARIABLE]), fcntl.LOCK_SH):
        yield


@contextmanager
def _locked(own: Path, how: int) -> Iterator[None]:
    with (own / "lock").open("a") as lock:
        fcntl.flock(lock, how)
        yield


def _is_running(pid: str) -> bool:
    with suppress(ProcessLookupError, ValueError):
        with suppress(PermissionError):  # it is somebody else's
            os.kill(int(pid), 0)
        return True
    return False
