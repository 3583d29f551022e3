"""Starting and stopping real servers on free ports, and talking to them over HTTP."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 120


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Answer:
    status: int
    body: bytes
    headers: dict[str, str]

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Server:
    url: str
    process: subprocess.Popen[bytes]
    folder: Path

    def request(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Answer:
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310 - our own server on loopback
            self.url + path, data=data, method=method, headers={"Content-Type": "application/json", **(headers or {})}
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
                return Answer(answer.status, answer.read(), dict(answer.headers))
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.read(), dict(error.headers))

    def parse(self, text: str) -> dict[str, Any]:
        answer = self.request("POST", "/model/parse", {"text": text})
        assert answer.status == 200, answer.body
        return answer.json

    def say(self, text: str, sender: str = "test") -> dict[str, Any]:
        answer = self.request("POST", "/webhooks/rest/webhook", {"sender": sender, "message": text})
        assert answer.status == 200, answer.body
        assert len(answer.json) == 1
        return answer.json[0]


def wait_until_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(log.read_text(encoding="utf-8", errors="replace")[-3000:])
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(
        f"not ready after {START_SECONDS} s: " + log.read_text(encoding="utf-8", errors="replace")[-3000:]
    )


def endpoints_file(folder: Path, action_url: str | None = None) -> Path:
    text = (ROOT / "endpoints.yml").read_text(encoding="utf-8")
    text = text.replace("var/conversations.sqlite", str(folder / "conversations.sqlite"))
    if action_url:
        text += f"\naction_endpoint:\n  url: {action_url}\n"
    path = folder / "endpoints.yml"
    path.write_text(text, encoding="utf-8")
    return path


def start_server(
    folder: Path,
    endpoints: Path,
    extra_env: dict[str, str] | None = None,
    port: int | None = None,
    arguments: tuple[str, ...] = (),
) -> Server:
    port = port or free_port()
    log = folder / "server.log"
    environment = {**os.environ, "ONEDOOR_SECRET": "x" * 40, **(extra_env or {})}
    process = subprocess.Popen(
        [sys.executable, "-m", "bot.cli", "run", "--no-train", "--port", str(port), "--endpoints", str(endpoints),
         *arguments],
        cwd=ROOT, env=environment, stdout=log.open("wb"), stderr=subprocess.STDOUT,
    )  # fmt: skip
    wait_until_ready(f"http://127.0.0.1:{port}/health", process, log)
    return Server(f"http://127.0.0.1:{port}", process, folder)


def stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
