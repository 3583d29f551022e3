"""`rasa run actions` runs the same action code, and the bot can use it over HTTP."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.servers import ROOT, endpoints_file, free_port, start_server, stop, wait_until_ready

pytestmark = pytest.mark.e2e


def test_separate_action_server_gives_the_same_answer(model: Path, server, tmp_path: Path) -> None:
    port = free_port()
    log = tmp_path / "actions.log"
    actions = subprocess.Popen(
        [str(Path(sys.executable).with_name("rasa")), "run", "actions", "--port", str(port)],
        cwd=ROOT, stdout=log.open("wb"), stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        wait_until_ready(f"http://127.0.0.1:{port}/health", actions, log)
        bot = start_server(tmp_path, endpoints_file(tmp_path, f"http://127.0.0.1:{port}/webhook"))
        try:
            apart = bot.say("护照到期换新多少钱", "apart")
            together = server.say("护照到期换新多少钱", "together")
            assert apart["text"] == together["text"]
            assert apart["custom"] == together["custom"]
        finally:
            stop(bot.process)
    finally:
        stop(actions)
