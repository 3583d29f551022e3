"""What one turn costs in process, and what our two corrections of Rasa are worth, as ratios in one run.

``make benchmark-turn`` or ``python -m benchmarks.turn [--turns N]``. Needs a trained model.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import statistics
import time
import uuid
from collections.abc import Callable
from typing import Any

QUESTIONS = ["身份证丢了怎么补", "那多少钱", "我住河西区友谊路街", "社保卡怎么补", "二手车过户去哪", "要多久", "谢谢"]


def _seconds(work: Callable[[str, str], Any], turns: int) -> float:
    taken = []
    for number in range(turns):
        if number % len(QUESTIONS) == 0:
            sender = uuid.uuid4().hex
        started = time.perf_counter()
        work(QUESTIONS[number % len(QUESTIONS)], sender)
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=210, help="turns for each measurement (default 210)")
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    from rasa.core.actions.action import RemoteAction

    original = RemoteAction._validate_action_result
    from bot.ops import model
    from bot.ops.agent import LocalBot

    bot = LocalBot(model.require())

    def parse(text: str, _: str) -> Any:
        return bot.parse(text)

    def turn(text: str, sender: str) -> Any:
        return bot.ask(text, sender)

    _seconds(turn, 2 * len(QUESTIONS))  # warm
    parsing, whole = _seconds(parse, options.turns), _seconds(turn, options.turns)
    quick = RemoteAction._validate_action_result
    RemoteAction._validate_action_result = original
    slow = _seconds(turn, options.turns)
    RemoteAction._validate_action_result = quick
    print(f"parse {1000 * parsing:.2f} ms, whole turn {1000 * whole:.2f} ms (medians of {options.turns}, one core)")
    print(f"the turn costs {whole / parsing:.1f} × the parse")
    print(f"with Rasa checking its own schema each time: {1000 * slow:.2f} ms, {slow / whole:.1f} × ours")
    asyncio.set_event_loop(None)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
