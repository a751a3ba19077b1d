"""Runs a script in several processes on this machine, under PyTorch's launcher, torchrun.

Everything goes over the loopback address: nothing is opened to other machines, and no name has to
be looked up. Whatever happens, no process is left behind.
"""

import os
import re
import socket
import subprocess
import sys

import psutil

from dlcourse.limits import end

LOOPBACK = "127.0.0.1"


def run(*target: str, processes: int = 2, limit: float = 600.0) -> str:
    """Run a script with its arguments in so many processes and return what they print.

    `target` is what torchrun is to run: a file, or "-m" and a module, then its arguments.

    Raises ValueError for less than one process, TimeoutError when the limit, in seconds by the
    clock, is over, and RuntimeError, with the first error that was told, when a process fails.
    """
    if processes < 1 or not target:
        raise ValueError(
            f"run() was given {processes} processes and the script {' '.join(target)!r}: "
            "name a script, and at least one process."
        )
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    torchrun += ["--local-addr", LOOPBACK, "--nproc-per-node", str(processes)]
    with subprocess.Popen(
        [*torchrun, *target],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
        env=_surroundings(),
    ) as launcher:
        try:
            printed, told = launcher.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            raise TimeoutError(
                f"The processes did not end within {limit:g} seconds and were ended: look for one "
                "that waits for another, or give a higher limit."
            ) from None
        finally:
            end(launcher.pid)
    if launcher.returncode:
        raise RuntimeError(f"A process failed: {_first_error(told)}")
    return printed


def _surroundings() -> dict[str, str]:
    """Return the environment of the processes."""
    found = dict(os.environ, PYTHONIOENCODING="utf-8")
    if sys.platform == "win32":
        found.setdefault("USE_LIBUV", "0")  # PyTorch for Windows is built without it
        return found
    for name, addresses in psutil.net_if_addrs().items():
        if any(each.family == socket.AF_INET and each.address == LOOPBACK for each in addresses):
            found["GLOO_SOCKET_IFNAME"] = name  # lo, lo0: else a host's name would be looked up
    return found


def _first_error(told: str) -> str:
    """Return the first error among what processes and launcher have told of a failure."""
    found = re.search(r"^(?:\[rank\d+\]: ?)?((?:\w+\.)*\w+(?:Error|Exception): .+)$", told, re.M)
    return found[1].strip() if found else (told.strip().splitlines() or ["nothing was told."])[-1]
