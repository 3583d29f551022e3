"""`onedoor transcripts` on many made-up calls: time and peak memory, killed once in the middle if asked.

    python -m benchmarks.transcripts --turns 100000 --output json --kill

The calls are put together from the training questions by fixed patterns, so the numbers say how much work
a run is, not how well it understands.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OPENINGS = ("您好,这里是公安服务热线,请讲。", "您好,请问有什么可以帮您?", "您好,请说。")
FOLLOW_UPS = ("那多少钱", "要带什么", "去哪办", "网上能办吗", "要多久", "我妈能替我去吗", "要复印件吗")
OFFICER = ("您稍等,我看一下。", "这个可以办。", "您是本人办还是替别人办?", "您户口在哪个区?", "还有别的要问吗?")
SHORT = ("对", "本人办", "嗯", "河西区", "南开区的", "替我爸办", "好的")
ENDINGS = ("好的谢谢", "知道了,再见", "行,谢谢您", "那你给我转人工吧")


def questions() -> list[str]:
    """All training questions of matters."""
    from knowledge import yamlio

    found: list[str] = []
    for path in sorted((ROOT / "data/nlu").rglob("*.yml")):
        stack = [yamlio.read(path)]
        while stack:
            item = stack.pop()
            if isinstance(item, dict):
                stack += item.values()
            elif isinstance(item, list):
                stack += item
            elif isinstance(item, str):
                found += [
                    line.lstrip("- ").strip()
                    for line in item.splitlines()
                    if "\u4e00" <= line.lstrip("- ")[:1] <= "\u9fff"
                ]
    return [text for text in found if 4 <= len(text) <= 60]


def calls(turns: int, seed: int) -> Iterator[dict[str, str]]:
    """Turns of made-up calls, about ten a call."""
    rnd, asked, made, number = random.Random(seed), questions(), 0, 0
    while made < turns:
        number += 1
        said = [("坐席", rnd.choice(OPENINGS)), ("市民", rnd.choice(asked))]
        for _ in range(rnd.randrange(2, 5)):
            said.append(("坐席", rnd.choice(OFFICER)))
            said.append(("市民", rnd.choice((*FOLLOW_UPS, *SHORT, rnd.choice(asked)))))
        said.append(("市民", rnd.choice(ENDINGS)))
        for second, (speaker, text) in enumerate(said):
            if made == turns:
                return
            made += 1
            yield {
                "call": f"C{number:06d}",
                "time": f"00:{second * 4 // 60:02d}:{second * 4 % 60:02d}",
                "speaker": speaker,
                "text": text,
            }


def run(source: Path, output: Path, kill_at: int | None) -> tuple[float, int, int]:
    """Seconds, peak resident memory in MiB, and how often it was started."""
    seconds, peak, starts = 0.0, 0, 0
    while True:
        starts += 1
        begun = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "bot.cli", "transcripts", str(source), "--output", str(output)],
            cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        killed = False
        for line in process.stderr or ():
            if kill_at is not None and starts == 1 and line.strip().endswith("句"):
                done = int(line.split()[1])
                if done >= kill_at:
                    process.send_signal(signal.SIGKILL)
                    killed = True
                    break
        if killed or process.stdout is None:
            print(f"killed after about {done} turns")
        else:
            print("".join(process.stdout.readlines()[:4]))
        _, status, usage = os.wait4(process.pid, 0)
        seconds += time.perf_counter() - begun
        peak = max(peak, usage.ru_maxrss // 1024)
        if not killed:
            if status:
                sys.exit(f"failed: {status}")
            return seconds, peak, starts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=100_000)
    parser.add_argument("--output", choices=("csv", "json"), default="csv")
    parser.add_argument("--kill", action="store_true", help="kill -9 half way and go on")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "calls.jsonl"
        distinct = set()
        with source.open("w", encoding="utf-8") as handle:
            for turn in calls(options.turns, options.seed):
                distinct.add(turn["text"])
                handle.write(json.dumps(turn, ensure_ascii=False) + "\n")
        output = Path(folder) / f"out.{options.output}"
        seconds, peak, starts = run(source, output, options.turns // 2 if options.kill else None)
        digest = hashlib.sha256(output.read_bytes()).hexdigest()[:16]
        print(
            f"turns {options.turns}  distinct texts {len(distinct)}  input {source.stat().st_size / 1e6:.1f} MB  "
            f"output {output.stat().st_size / 1e6:.1f} MB  sha256 {digest}\n"
            f"seconds {seconds:.1f}  turns/s {options.turns / seconds:.0f}  peak RSS {peak} MiB  starts {starts}"
        )


if __name__ == "__main__":
    main()
