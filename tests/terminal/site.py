"""A utility of its own for terminal tests: real commands, the sample grid and customers, the service as a process."""

import os
import socket
import subprocess
import sys
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

import httpx

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "backend_stub" / "reference" / "sample"
PASSWORD = "ngay-nang-dep-troi"
PEOPLE = {"lan": ("agent", "Lan Trần"), "minh": ("lead", "Minh Lê"), "door": ("channel", "Tổng đài")}


def service_command(*words: str, given: str = "") -> subprocess.CompletedProcess[str]:
    """Run one `agent-tui-service` command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "backend_stub", *words],
        input=given,
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=60,
    )


def free_port() -> int:
    """A loopback port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Site:
    """Data directory, accounts and a service that can be stopped and started on one port."""

    def __init__(self, directory: Path) -> None:
        self.data = directory / "data"
        self.password_file = directory / "password"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.password_file.write_text(PASSWORD + "\n")
        self.password_file.chmod(0o600)
        self._ready = directory / "ready"
        self._process: subprocess.Popen[str] | None = None
        self._clients: list[httpx.Client] = []
        self._phones = 0
        assert service_command("init", str(self.data)).returncode == 0
        # Each test says which contact it takes; a router that rings at the one agent would choose for it.
        with (self.data / "settings.toml").open("a", encoding="utf-8") as settings:
            settings.write("\n[routing]\noffers = false\n")
        for kind in ("network", "customers", "outages"):
            done = service_command("import", str(self.data), kind, str(SAMPLE / f"{kind}.csv"))
            assert done.returncode == 0, done.stderr
        for name, (role, display) in PEOPLE.items():
            words = ("--role", role, "--display", display, "--centre", "EVNCPC", "--password-stdin")
            done = service_command("user", "add", str(self.data), name, *words, given=PASSWORD)
            assert done.returncode == 0, done.stderr

    def start(self) -> None:
        """Serve, and wait until it answers."""
        command = ["-m", "backend_stub", "serve", str(self.data), "--port", str(self.port)]
        self._process = subprocess.Popen(
            [sys.executable, *command, "--ready-file", str(self._ready)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline().startswith("listening on ")

    def kill(self) -> None:
        """The service is gone from one moment to the next."""
        assert self._process is not None
        assert self._process.stdout is not None
        self._process.kill()
        self._process.wait(10)
        self._process.stdout.close()
        self._process = None

    def close(self) -> None:
        """Leave nothing running."""
        for client in self._clients:
            client.close()
        if self._process is not None:
            self.kill()

    def client(self, name: str) -> httpx.Client:
        """A logged-in client of the service's HTTP door."""
        client = httpx.Client(base_url=self.url, trust_env=False, timeout=20)
        self._clients.append(client)
        answer = client.post("/v1/sessions", json={"username": name, "password": PASSWORD})
        assert answer.status_code == 201, answer.text
        client.headers["Authorization"] = f"Bearer {answer.json()['token']}"
        return client

    def phone(self) -> str:
        """A number no customer has and nobody called from: who calls again is served before those who wait longer."""
        self._phones += 1
        return f"09{self._phones:08}"

    def report(self, name: str, channel: str = "hotline") -> str:
        """Somebody of this name reaches the service without power; the contact's id."""
        body = {"external_id": name, "channel": channel, "queue": "outage", "address": self.phone(), "name": name}
        answer = self.door.post("/v1/contacts", json=body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    @cached_property
    def door(self) -> httpx.Client:
        """The telephone exchange."""
        return self.client("door")

    def clear(self) -> None:
        """Nobody waits, Lan has nothing in hand, and no text of hers lies on the service."""
        lan = self.client("lan")
        lan.put("/v1/me/state", json={"state": "available"})
        for contact in lan.get("/v1/snapshot").json()["contacts"]:
            lan.post(f"/v1/contacts/{contact['id']}/take")
            done = lan.post(f"/v1/contacts/{contact['id']}/finish", json={"disposition": "other"})
            assert done.status_code == 200, done.text
        for draft in lan.get("/v1/drafts").json()["items"]:
            gone = lan.delete(f"/v1/drafts/{quote(draft['key'], safe='')}")
            assert gone.is_success, gone.text

    def desk(self, lang: str = "en") -> list[str]:
        """The command line of a desk of Lan's."""
        return ["-m", "agent_tui", "--server", self.url, "--user", "lan", "--password-file",
                str(self.password_file), "--lang", lang]  # fmt: skip


def customers_without_power() -> list[dict[str, str]]:
    """Rows of the sample's customers below its open outage."""
    import csv

    with (SAMPLE / "outages.csv").open(encoding="utf-8-sig") as file:
        device = next(csv.DictReader(file))["device"]
    with (SAMPLE / "network.csv").open(encoding="utf-8-sig") as file:
        parents = {row["device"]: row["parent"] for row in csv.DictReader(file)}

    def below(transformer: str) -> bool:
        at = transformer
        while at and at != device:
            at = parents.get(at, "")
        return at == device

    with (SAMPLE / "customers.csv").open(encoding="utf-8-sig") as file:
        return [row for row in csv.DictReader(file) if below(row["transformer"])]


def environment(home: Path) -> dict[str, str]:
    """A home of its own for a desk, so that no setting of the machine reaches it."""
    return {"HOME": str(home), "XDG_CONFIG_HOME": str(home), "XDG_STATE_HOME": str(home), "XDG_CACHE_HOME": str(home),
            "LC_ALL": "C.UTF-8", "COLORTERM": "truecolor", "PATH": os.environ["PATH"]}  # fmt: skip
