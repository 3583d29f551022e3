"""How good the conversations are: share right, turns to a complete answer, wrong windows.

``python -m benchmarks.conversation [--url URL] [--show NAME]`` holds every conversation of
``tests/data/conversations`` with a server (its own, unless ``--url`` names one).
"""

from __future__ import annotations

import argparse
import itertools
import json
import tempfile
import urllib.parse
import urllib.request
import uuid
from pathlib import Path
from typing import Any

from actions.guidance.place import Whereabouts, windows_for
from knowledge.catalogue import Catalogue, load
from tests.e2e import conversations
from tests.e2e.servers import endpoints_file, start_server, stop

TARGET_TURNS = 2.2
STREETS_EACH = 10


def _call(url: str, body: dict[str, Any] | None = None) -> Any:
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(url, data=data, headers={"Content-Type": "application/json"})  # noqa: S310
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
        return json.load(answer)


def hold(url: str, conversation: conversations.Conversation) -> conversations.Outcome:
    """One conversation under a sender of its own."""
    sender = uuid.uuid4().hex
    return conversations.hold(
        conversation,
        lambda text: _call(f"{url}/webhooks/rest/webhook", {"sender": sender, "message": text})[0],
        lambda: _call(f"{url}/conversations/{urllib.parse.quote(sender)}/tracker?include_events=NONE")["slots"],
    )


def wrong_windows(catalogue: Catalogue) -> tuple[int, int]:
    """Wrong windows and cases, over every matter and a sample of streets; judged by level, place and branch."""
    wrong = cases = 0
    streets = catalogue.streets[:: max(1, len(catalogue.streets) // STREETS_EACH)]
    for matter, street in itertools.product(catalogue.matters.values(), streets):
        cases += 1
        branch = catalogue.branch_of(matter).name
        for window in windows_for(catalogue, matter, Whereabouts(street.district, street.name)):
            there = window.district in (None, street.district) and window.street in (None, street.name)
            serves = branch in window.services or "综合" in window.services
            desk = window.desk in (None, matter.window.desk)
            wrong += not (there and serves and desk and window.level in matter.window.levels)
    return wrong, cases


def report(outcomes: list[conversations.Outcome], show: str | None) -> None:
    """The figures, then what went wrong."""
    right = sum(outcome.right for outcome in outcomes)
    turns = [faults for outcome in outcomes for faults in outcome.wrong]
    reached = [number for outcome in outcomes if (number := outcome.turns_to_answer()) is not None]
    wanted = [o for o in outcomes if any("answer" in turn.act for turn in o.conversation.turns)]
    print(f"conversations right    {right} of {len(outcomes)} ({right / len(outcomes):.1%})")
    print(f"turns right            {sum(not faults for faults in turns)} of {len(turns)} "
          f"({sum(not faults for faults in turns) / len(turns):.1%})")  # fmt: skip
    print(f"turns to the answer    {sum(reached) / len(reached):.2f} on average (target ≤ {TARGET_TURNS}), "
          f"reached in {len(reached)} of {len(wanted)} conversations that want one")  # fmt: skip
    wrong, cases = wrong_windows(load())
    print(f"wrong windows          {wrong} of {cases} matter × place cases")
    mended = [o.conversation.id for o in outcomes if o.right and o.conversation.known_failure]
    failing = [o for o in outcomes if not o.right]
    print(f"known failures mended  {len(mended)}: {', '.join(mended) or '-'}")
    print(f"failing, not known     {sum(not o.conversation.known_failure for o in failing)}")
    for outcome in failing:
        if not show:
            print(f"  {outcome.conversation.id}: {next(faults for faults in outcome.wrong if faults)}")
    for outcome in outcomes:
        if show and show in outcome.conversation.id:
            print("\n" + outcome.report())


def main() -> None:
    """Parse the arguments, hold the conversations, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.conversation", description=__doc__)
    parser.add_argument("--url", help="a running server; by default one is started and stopped")
    parser.add_argument("--folder", type=Path, default=conversations.FOLDER, help="where the conversations are")
    parser.add_argument("--show", help="print the conversations with this in their name")
    arguments = parser.parse_args()
    if arguments.url:
        report([hold(arguments.url, item) for item in conversations.load(arguments.folder)], arguments.show)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        server = start_server(folder, endpoints_file(folder))
        try:
            report([hold(server.url, item) for item in conversations.load(arguments.folder)], arguments.show)
        finally:
            stop(server.process)


if __name__ == "__main__":
    main()
