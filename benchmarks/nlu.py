"""Accuracy and speed of understanding, ours against baselines on the same data in the same run.

``make benchmark-nlu`` or ``python -m benchmarks.nlu [--only NAME] [--json]``. Each ranker is trained and
asked in a process of its own, one after the other, on one core for the latency.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections import Counter
from typing import Any

from benchmarks.questions import ROOT, evaluation
from benchmarks.rankers import NEEDS_TENSORFLOW, RANKERS

BASELINE = "Rasa jieba + DIET"


def measure(name: str) -> dict[str, Any]:
    """Train one ranker, ask it everything, and say how it did."""
    import logging

    logging.disable(logging.WARNING)
    started = time.perf_counter()
    rank = RANKERS[name]()
    trained = time.perf_counter() - started
    # One core from here on, as a parse has in production.
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    questions = list(evaluation())
    for question in questions[:20]:
        rank(question.text)
    first, third, seconds = Counter[str](), 0, []
    for question in questions:
        begun = time.perf_counter()
        found = [label.removeprefix("ask/") for label in rank(question.text)]
        seconds.append(time.perf_counter() - begun)
        first[question.style] += bool(found) and found[0] in question.codes
        third += bool(question.codes.intersection(found[:3]))
    asked = Counter(question.style for question in questions)
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return {
        "name": name,
        "n": len(questions),
        "top1": sum(first.values()) / len(questions),
        "top3": third / len(questions),
        "by_style": {style: first[style] / asked[style] for style in asked},
        "train_seconds": trained,
        "parse_ms": 1000 * statistics.median(seconds),
        "peak_mb": peak / 1024,
    }


def table(results: list[dict[str, Any]]) -> str:
    """A Markdown table with a ratio to the baseline where it was measured."""
    base = next((result for result in results if result["name"] == BASELINE), None)
    lines = [
        "| ranker | top-1 | top-3 | training | parse, median | DIET ÷ this | peak memory |",
        "|---|---|---|---|---|---|---|",
    ]
    for result in results:
        ratio = f"{base['parse_ms'] / result['parse_ms']:.1f} ×" if base else "-"
        lines.append(
            f"| {result['name']} | {100 * result['top1']:.1f} % | {100 * result['top3']:.1f} % "
            f"| {result['train_seconds']:.0f} s | {result['parse_ms']:.2f} ms | {ratio} | {result['peak_mb']:.0f} MB |"
        )
    return "\n".join(lines)


def main() -> int:
    """Measure all rankers this environment can run and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=sorted(RANKERS), help="measure one ranker in this process, as JSON")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args()
    if options.only:
        print(json.dumps(measure(options.only), ensure_ascii=False))
        return 0
    results = []
    for name in RANKERS:
        if name in NEEDS_TENSORFLOW and importlib.util.find_spec("tensorflow") is None:
            print(f"{name}: TensorFlow is not installed here, left out", file=sys.stderr)
            continue
        print(f"{name} …", file=sys.stderr, flush=True)
        command = [sys.executable, "-m", "benchmarks.nlu", "--only", name]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
        if done.returncode != 0:
            print(f"{name}: failed", file=sys.stderr)
            continue
        results.append(json.loads(done.stdout.strip().splitlines()[-1]))
    print(json.dumps(results, ensure_ascii=False) if options.json else table(results))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
