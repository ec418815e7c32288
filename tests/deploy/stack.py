"""The services of docker-compose.yml as plain processes: their commands, environments and trees.

Docker's part is played as far as it matters to them: a tree of their own in place of /app, a folder
in place of the volume, an address in place of each host name.
"""

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlalchemy.engine import URL

from tests.deploy.compose import DOTENV, ROOT, Service, read_services
from tests.deploy.dockerfile import lay_out
from tests.journeys.shop import share_dialogue
from tests.ports import free_port, free_ports

# Not the loopback that needs no secret.
ADDRESS = "127.0.0.2"
INTERNAL = ("rasa", "nlu", "recommender", "actions")
RUNNING = (*INTERNAL, "learner", "gateway")
HEALTHY_WITHIN_S = 480.0


class Stack:
    """Everything that `docker compose up` starts, but the database.

    Args:
        folder: for the trees, the volume and the logs.
        databases: where the two databases are, by the names that the file gives them.
    """

    def __init__(self, folder: Path, *, databases: Mapping[str, URL]) -> None:
        self.folder = folder
        self.services = read_services()
        self._databases = databases
        self.home = folder / "volume"
        self.home.mkdir(mode=0o750)
        self._port, self._port_base = free_port(), free_ports(4)
        self.url = f"http://{ADDRESS}:{self._port}"
        self._trees: dict[tuple[Path, str], Path] = {}
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def address(self, name: str) -> str:
        """Where an internal service listens."""
        return f"http://{ADDRESS}:{self._port_base + INTERNAL.index(name)}"

    def train_dialogue(self) -> subprocess.Popen[bytes]:
        """The last step of Rasa's image, under way; a run before this one may have done it."""
        tree = self._tree(self.services["rasa"])
        share_dialogue(self._home_of("rasa"))
        python = ROOT / "bot" / ".venv" / "bin" / "python"
        environment = {**_bare(), "SHOPKEEPER_HOME": str(self._home_of("rasa"))}
        return self._spawn("train", [str(python), "run.py", "train"], tree, environment)

    def run(
        self,
        name: str,
        *arguments: str,
        settings: Mapping[str, str] | None = None,
        seconds: float = 180,
    ) -> subprocess.CompletedProcess[str]:
        """Run a service that ends, within so many seconds, with these arguments for its own."""
        service = self.services[name]
        command = [*service.raw["entrypoint"], *arguments] if arguments else service.command
        return subprocess.run(
            self._mapped(command, service),
            cwd=self._tree(service),
            env={**self.environment(service), **(settings or {})},
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )

    def start(self, *names: str) -> None:
        for name in names:
            service = self.services[name]
            self._running[name] = self._spawn(
                name,
                self._mapped(service.command, service),
                self._tree(service),
                self.environment(service),
            )

    def wait_until_healthy(self) -> None:
        """As `docker compose up --wait`, by the file's own health checks."""
        deadline = time.monotonic() + HEALTHY_WITHIN_S
        waiting = set(self._running)
        while waiting := {name for name in waiting if self.probe(name).returncode != 0}:
            for name in waiting:
                assert self._running[name].poll() is None, self.last_words(name)
                assert time.monotonic() < deadline, f"{waiting}: {self.last_words(name)}"
            time.sleep(0.5)

    def alive(self) -> list[str]:
        """The services that have not ended."""
        return [name for name, process in self._running.items() if process.poll() is None]

    def probe(self, name: str) -> subprocess.CompletedProcess[str]:
        """Run a service's health check once."""
        service = self.services[name]
        assert service.probe
        return subprocess.run(
            self._mapped(service.probe, service), capture_output=True, text=True, check=False
        )

    def stop(self) -> dict[str, float]:
        """As `docker compose stop`: how many seconds each took. Kills what does not end."""
        started = time.monotonic()
        for process in self._running.values():
            process.terminate()
        took = {}
        for name, process in self._running.items():
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            took[name] = time.monotonic() - started
        self._running.clear()
        return took

    def environment(self, service: Service) -> dict[str, str]:
        """The service's own, its image's, and nothing of ours but the search path."""
        own = {name: self._address(value) for name, value in service.environment.items()}
        return {
            **_bare(),
            **own,
            "SHOPKEEPER_HOME": str(self._home_of(service.name)),
            "SHOPKEEPER_BIND": ADDRESS,
            "SHOPKEEPER_PORT": str(self._port),
            "SHOPKEEPER_PORT_BASE": str(self._port_base),
            "SHOPKEEPER_TRUSTED_PROXIES": ADDRESS,
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def last_words(self, name: str) -> str:
        text = (self.folder / f"{name}.log").read_text(errors="replace")
        return f"--- {name}\n{text[-2000:]}"

    def logs(self) -> str:
        """All that all processes wrote."""
        return "\n".join(file.read_text(errors="replace") for file in self.folder.glob("*.log"))

    def _home_of(self, name: str) -> Path:
        # Rasa's model lies in its image; the others share the volume.
        return self.folder / "dialogue" if name == "rasa" else self.home

    def _mapped(self, command: Sequence[str], service: Service) -> list[str]:
        python = ROOT / "bot" / ".venv" / "bin" / "python"
        words = {
            "python": str(python) if service.name == "rasa" else sys.executable,
            "/app/probe.py": str(self._tree(service) / "probe.py"),
        }
        volume = "/var/lib/shopkeeper"
        return [
            words.get(word) or self._address(word.replace(volume, str(self.home)))
            for word in command
        ]

    def _address(self, value: str) -> str:
        ports = {5005 + offset: self._port_base + offset for offset in range(len(INTERNAL))}
        ports[8080] = self._port
        for host in (*INTERNAL, "127.0.0.1"):
            for inside, outside in ports.items():
                value = value.replace(f"//{host}:{inside}", f"//{ADDRESS}:{outside}")
        for name, url in self._databases.items():
            at = f"//shopkeeper:{DOTENV['POSTGRES_PASSWORD']}@postgres:5432/{name}"
            bare = url.render_as_string(hide_password=False).partition("//")[2]
            value = f"{value}?".replace(f"{at}?", f"//{bare}?").removesuffix("?")
        return value

    def _tree(self, service: Service) -> Path:
        assert service.dockerfile
        stage = service.raw["build"].get("target", "rasa")
        key = (service.dockerfile, stage)
        if key not in self._trees:
            self._trees[key] = lay_out(service.dockerfile, stage, self.folder / f"app-{stage}")
        return self._trees[key]

    def _spawn(
        self, name: str, command: list[str], folder: Path, environment: Mapping[str, str]
    ) -> subprocess.Popen[bytes]:
        with (self.folder / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                command, cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT
            )


def _bare() -> dict[str, str]:
    kept = ("PATH", "LANG", "TMPDIR", "LD_LIBRARY_PATH", "HF_HUB_OFFLINE")
    return {name: os.environ[name] for name in kept if name in os.environ}
