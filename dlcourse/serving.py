"""A web service in a process of its own, on this machine alone, which never outlives its caller.

Lesson 94 starts one: `with serving("reader.py", "reader.onnx") as address: …`. The caller holds the
service's standard input. Closing it asks the service to finish, and the system closes it where the
caller is killed, so no service is left behind.
"""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

PATIENCE = 10.0
"""Seconds that a service has to answer what it was asked before it is killed."""


@contextmanager
def serving(program: str | os.PathLike[str], *arguments: str | os.PathLike[str]) -> Iterator[str]:
    """Run the web application `app` of a Python file; yield its address, and end it in the end.

    The file finds `arguments` in `sys.argv[1:]`. Its address is free on this machine and cannot be
    reached from another. Raises RuntimeError, with the last line of what the file said, where it
    ends before it listens.
    """
    command = [sys.executable, "-m", "dlcourse.serving", *map(str, (program, *arguments))]
    with TemporaryFile() as said:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said
        )
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            port = process.stdout.readline().decode().strip()
            if not port:
                said.seek(0)
                *_, last = "nothing", *said.read().decode(errors="replace").strip().splitlines()
                raise RuntimeError(
                    f"The service {Path(program).name} ended before it listened; it said: {last}"
                )
            yield f"http://127.0.0.1:{port}"
        finally:
            process.stdin.close()
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            process.stdout.close()


def _application(program: Path) -> Any:
    """Return the `app` that a file defines; raise ValueError where it defines none."""
    spec = spec_from_file_location(program.stem, program)
    if spec is None or spec.loader is None:
        raise ValueError(f"{program.name} is no Python file: name one that ends with .py.")
    module = module_from_spec(spec)
    sys.modules[program.stem] = module
    spec.loader.exec_module(module)
    if not hasattr(module, "app"):
        raise ValueError(f"{program.name} defines no `app`: write app = FastAPI() into it.")
    return module.app


def main() -> None:
    """Serve the application of the file that is named first, until standard input is closed."""
    import uvicorn

    sys.argv = sys.argv[1:]  # as if the file had been called itself
    server = uvicorn.Server(uvicorn.Config(_application(Path(sys.argv[0])), log_level="warning"))

    def wait_for_the_end() -> None:
        sys.stdin.buffer.read()
        server.should_exit = True

    with socket.create_server(("127.0.0.1", 0)) as listening:
        print(listening.getsockname()[1], flush=True)
        threading.Thread(target=wait_for_the_end, daemon=True).start()
        server.run(sockets=[listening])


if __name__ == "__main__":
    main()
