"""A class on one machine: a JupyterHub on the loopback address, and learners who begin at once.

    python benchmarks/hub.py [LEARNERS]

Each of 20 learners, or as many as are named, starts a server, opens lesson 00, answers its first
exercise, runs every cell, and saves. The hub has the settings of `hub/jupyterhub_config.py`, but
for passwords and accounts. The table is in Markdown, as docs/class.md has it. Afterwards every
claim has held, every notebook and all progress is there, and nothing was written into the clone.

It needs JupyterHub in this environment and configurable-http-proxy, which it fetches into
build/hub with npm if it is not on PATH.
"""

import asyncio
import importlib.util
import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Any
from uuid import uuid4

import psutil
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest
from tornado.websocket import websocket_connect

from dlcourse.course import lesson
from dlcourse.exercises import find
from dlcourse.limits import core_seconds, peak_memory
from dlcourse.paths import ROOT, data_cache

LESSON = lesson("00")
PATIENCE = 900.0  # seconds
MIB = 1 << 20

SETTINGS = """
load_subconfig("jupyterhub_config.py", path={folder!r})
c = get_config()
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = {homes!r} + "/{{username}}"
c.JupyterHub.bind_url = "http://127.0.0.1:{ports[0]}"
c.JupyterHub.hub_port = {ports[1]}
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{ports[2]}"
c.ConfigurableHTTPProxy.command = [{proxy!r}]
c.Spawner.environment |= {variables!r}
c.Spawner.args += {options!r}
c.JupyterHub.services = [{{"name": "class", "api_token": {token!r}}}]
scopes = ["admin:users", "admin:servers", "access:servers"]
c.JupyterHub.load_roles = [{{"name": "class", "services": ["class"], "scopes": scopes}}]
"""


@dataclass
class Learner:
    """What one learner waited for and used, and what became of their work."""

    name: str
    ready: float = 0.0  # seconds by the clock until the server answered
    done: float = 0.0  # and until the last cell had run
    core: float = 0.0  # seconds of a core that server and kernel used
    peak: int = 0  # bytes that they held at most
    share: int = 0  # bytes, where memory that several processes share is divided among them
    faults: tuple[str, ...] = ()


def proxy() -> str:
    """Return the path of configurable-http-proxy, fetched by npm where it is not here."""
    own = ROOT / "build" / "hub"
    program = own / "node_modules" / ".bin" / "configurable-http-proxy"
    found = shutil.which("configurable-http-proxy") or shutil.which(str(program))
    if not found and shutil.which("npm"):
        subprocess.run(["npm", "install", "--prefix", own, "configurable-http-proxy@5"], check=True)
        found = shutil.which(str(program))
    if not found:
        sys.exit(
            "configurable-http-proxy is not here, and no npm to fetch it with: install Node.js, "
            "then `npm install -g configurable-http-proxy`."
        )
    return found


def free_ports(number: int) -> list[int]:
    """Return ports of the loopback address that nobody listens on."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


class Hub:
    """A hub that runs, its programming interface, and the homes of its learners."""

    def __init__(self, port: int, token: str, homes: Path) -> None:
        self.url, self.homes = f"http://127.0.0.1:{port}", homes
        self.headers = {"Authorization": f"token {token}"}
        AsyncHTTPClient.configure(None, max_clients=500)

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Send a request and return what comes back."""
        text = json.dumps(body or {}) if method in ("POST", "PUT") else None
        request = HTTPRequest(
            f"{self.url}{path}", method, self.headers, text, request_timeout=PATIENCE
        )
        answer = await AsyncHTTPClient().fetch(request)
        return json.loads(answer.body) if answer.body else None

    async def serve(self, name: str) -> None:
        """Start a learner's server and wait until it answers."""
        await self.ask("POST", f"/hub/api/users/{name}")
        await self.ask("POST", f"/hub/api/users/{name}/server")
        while not (await self.ask("GET", f"/hub/api/users/{name}"))["server"]:
            await asyncio.sleep(0.25)

    async def run(self, name: str, notebook: dict[str, Any]) -> None:
        """Run all cells of a notebook in a kernel of its own, and keep their outputs in it."""
        place = {"path": LESSON.path.name, "name": LESSON.path.name, "type": "notebook"}
        session = place | {"kernel": {"name": "python3"}}
        kernel = (await self.ask("POST", f"/user/{name}/api/sessions", session))["kernel"]["id"]
        address = self.url.replace("http", "ws") + f"/user/{name}/api/kernels/{kernel}/channels"
        channel = await websocket_connect(HTTPRequest(address, headers=self.headers))
        cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
        for number, cell in enumerate(cells, start=1):
            cell["outputs"], cell["execution_count"] = (
                await outputs(channel, cell["source"]),
                number,
            )
        channel.close()


async def outputs(channel: Any, source: str) -> list[dict[str, Any]]:
    """Run a cell and return what it shows."""
    asked = uuid4().hex
    header = {"msg_id": asked, "msg_type": "execute_request", "username": "", "session": asked}
    content = {"code": source, "silent": False, "store_history": True, "allow_stdin": False}
    message = {"header": header | {"version": "5.3"}, "parent_header": {}, "metadata": {}}
    await channel.write_message(json.dumps(message | {"content": content, "channel": "shell"}))
    shown: list[dict[str, Any]] = []
    while True:
        text = await asyncio.wait_for(channel.read_message(), PATIENCE)
        if isinstance(text, bytes):  # what a widget draws
            continue
        told = json.loads(text)
        if told["parent_header"].get("msg_id") != asked:
            continue
        kind, content = told["msg_type"], told["content"]
        if kind in ("stream", "error", "display_data", "execute_result"):
            content.pop("transient", None)
            shown.append({"output_type": kind} | content)
        elif kind == "status" and content["execution_state"] == "idle":
            return shown


async def learn(hub: Hub, learner: Learner) -> None:
    """Do what a learner does in the first lesson, and note what it took."""
    begun = time.monotonic()
    await hub.serve(learner.name)
    learner.ready = time.monotonic() - begun
    path = f"/user/{learner.name}/api/contents/{LESSON.path.name}"
    model = await hub.ask("GET", path)
    first = next(cell for cell in model["content"]["cells"] if "check(" in cell["source"])
    first["source"] = f"{find(LESSON.exercises[0]).solution}\n{first['source'].split('...')[1]}"
    await hub.run(learner.name, model["content"])
    learner.done = time.monotonic() - begun
    await hub.ask("PUT", path, {"type": "notebook", "format": "json", "content": model["content"]})
    measure(learner)
    learner.faults = tuple(faults(hub.homes / learner.name))


def measure(learner: Learner) -> None:
    """Note what a learner's server and kernel have used."""
    family = [process for process in psutil.process_iter() if owner(process) == learner.name]
    (server,) = {process.pid for process in family} - {
        child.pid for process in family for child in process.children()
    }
    learner.core, learner.peak = core_seconds(server), peak_memory(server)
    learner.share = sum(process.memory_full_info().pss for process in family)


def owner(process: psutil.Process) -> str | None:
    """Return the learner whose server or kernel a process is."""
    with suppress(psutil.Error):
        return process.environ().get("JUPYTERHUB_USER")
    return None


def claims(cells: Any) -> list[str]:
    """Return the lines that say of a claim or a check that it held."""
    shown = [output for cell in cells for output in cell.get("outputs", ())]
    text = "".join("".join(output.get("text", "")) for output in shown)
    return re.findall(r"^✔ .*", text, re.MULTILINE)


def faults(home: Path) -> list[str]:
    """Return what of a learner's work is not as it should be."""
    saved = json.loads((home / "dlcourse" / LESSON.path.name).read_text(encoding="utf-8"))["cells"]
    stored = claims({"outputs": cell.outputs} for cell in LESSON.cells)
    missing = set(stored) - set(claims(saved))
    errors = [
        output["evalue"]
        for cell in saved
        for output in cell.get("outputs", ())
        if output["output_type"] == "error"
    ]
    progress = home / ".local" / "share" / "dlcourse" / "progress.json"
    passed = json.loads(progress.read_text(encoding="utf-8")) if progress.exists() else {}
    lost = [] if passed.get(LESSON.exercises[0], {}).get("passed") else ["progress"]
    return [*(f"not held: {line}" for line in missing), *errors, *lost]


def strays() -> set[str]:
    """Return the files of the clone that git does not know as they are, ignored ones included."""
    command = ["git", "-C", str(ROOT), "status", "--porcelain", "--ignored"]
    listed = subprocess.run(command, capture_output=True, check=True, encoding="utf-8").stdout
    return {line for line in listed.splitlines() if "__pycache__" not in line}


async def begin(learners: list[Learner], hub: Hub, program: "subprocess.Popen[bytes]") -> None:
    """Let all learners begin at once, as soon as the hub answers."""
    while True:
        try:
            await hub.ask("GET", "/hub/api/")
            break
        except (OSError, HTTPClientError):
            if program.poll() is not None:
                raise
            await asyncio.sleep(0.25)
    await asyncio.gather(*(learn(hub, learner) for learner in learners))


def table(learners: list[Learner]) -> str:
    """Return what the learners waited for and used, in Markdown."""
    rows = {
        "server ready, seconds": [each.ready for each in learners],
        "lesson run to its end, seconds": [each.done for each in learners],
        "work, seconds of a core": [each.core for each in learners],
        "memory at its peak, MiB": [each.peak / MIB for each in learners],
        "memory with what is shared divided, MiB": [each.share / MIB for each in learners],
    }
    lines = [f"| {len(learners)} learners | mean | most |", "|---|--:|--:|"]
    lines += [f"| {name} | {mean(row):.0f} | {max(row):.0f} |" for name, row in rows.items()]
    return "\n".join(lines)


def main() -> None:
    """Start the hub, let the class learn, and print the table and whatever went wrong."""
    if not importlib.util.find_spec("jupyterhub"):
        sys.exit('JupyterHub is not here: `python -m uv pip install -e ".[hub]"` installs it.')
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    learners = [Learner(f"learner{i:02}") for i in range(1, number + 1)]
    token, ports, before = secrets.token_hex(), free_ports(3), strays()
    with tempfile.TemporaryDirectory() as folder:
        homes, log = Path(folder, "homes"), Path(folder, "hub.log")
        settings = SETTINGS.format(
            folder=str(ROOT / "hub"),
            homes=str(homes),
            ports=ports,
            proxy=proxy(),
            variables={"DLCOURSE_DATA": str(data_cache()), "PYTHONPATH": str(ROOT)},
            options=["--allow-root"] if os.geteuid() == 0 else [],
            token=token,
        )
        Path(folder, "settings.py").write_text(settings, encoding="utf-8")
        command = [sys.executable, "-m", "jupyterhub", "--config", "settings.py"]
        with log.open("w", encoding="utf-8") as told:
            program = subprocess.Popen(command, cwd=folder, stdout=told, stderr=told)
        try:
            asyncio.run(begin(learners, Hub(ports[0], token, homes), program))
        except (OSError, HTTPClientError) as error:
            print(log.read_text(encoding="utf-8")[-2000:])
            sys.exit(f"The hub did not do what it was asked ({error}); its log ends as above.")
        finally:
            program.terminate()  # it ends the servers that it has started
            program.wait(60)
    troubles = [f"{each.name}: {fault}" for each in learners for fault in each.faults]
    troubles += [f"written into the clone: {line}" for line in strays() - before]
    lost = sum(bool(each.faults) for each in learners)
    print(table(learners), *troubles, sep="\n")
    print(f"\n{number - lost} of {number} learners lost nothing, on {psutil.cpu_count()} cores")
    sys.exit(bool(troubles))


if __name__ == "__main__":
    main()
