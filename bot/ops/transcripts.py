"""``onedoor transcripts``: what callers asked for, read off written telephone calls.

Reads JSONL, CSV, TXT or SRT, one file or a folder of them, line by line in bounded memory. Each
caller's turn becomes one row of the result; a line that cannot be read is reported and skipped. The
result is written as it goes, and a run that was stopped goes on where it left off.
"""

from __future__ import annotations

import csv
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.errors import BadInput
from bot.text.mask import mask

Parse = Callable[[str], dict[str, Any]]
ENDINGS = (".jsonl", ".csv", ".txt", ".srt")
COLUMNS = ("file", "line", "call", "time", "text", "decision", "matter", "confidence", "aspect")
PROGRESS_EVERY = 500

_OFFICER = re.compile(
    r"^(坐席|客服|话务员|接线员|工作人员|民警|警官|agent|officer|operator|bot|机器人)$", re.IGNORECASE
)
_SPOKEN = re.compile(r"^(?:\[(?P<time>[^\]]+)\]\s*)?(?:(?P<speaker>[^::\s]{1,10})\s*[::]\s*)?(?P<text>.+)$")
_SRT_TIME = re.compile(r"^(\d\d:\d\d:\d\d[,.]\d{3}) --> ")


@dataclass(frozen=True)
class Turn:
    """One thing somebody said. ``speaker`` is empty where the file does not tell."""

    line: int
    text: str
    speaker: str = ""
    call: str = ""
    time: str = ""

    @property
    def by_caller(self) -> bool:
        """Whether the caller said it; unknown speakers count as callers."""
        return not _OFFICER.match(self.speaker)


@dataclass
class Summary:
    """Counts over a whole run."""

    turns: int = 0
    callers: int = 0
    skipped: list[str] = field(default_factory=list)
    decisions: Counter[str] = field(default_factory=Counter)
    matters: Counter[str] = field(default_factory=Counter)

    def lines(self, output: Path) -> Iterator[str]:
        """For people."""
        yield f"共 {self.turns} 句,来电人 {self.callers} 句;结果在 {output}"
        yield "处置:" + "  ".join(f"{name} {count}" for name, count in self.decisions.most_common())
        for matter, count in self.matters.most_common(20):
            yield f"{count:6d}  {matter}"
        if self.skipped:
            yield f"有 {len(self.skipped)} 行读不懂,已跳过:"
            yield from (f"  {problem}" for problem in self.skipped[:20])


def _from_fields(fields: dict[str, Any], line: int) -> Turn:
    def first(*names: str) -> str:
        return next((str(fields[name]).strip() for name in names if fields.get(name) not in (None, "")), "")

    text = first("text", "content", "utterance", "内容", "文本")
    if not text:
        raise BadInput("没有 text 字段")
    return Turn(
        line,
        text,
        first("speaker", "role", "说话人", "角色"),
        first("call", "call_id", "session", "通话编号"),
        first("time", "start", "timestamp", "时间"),
    )


def _read_lines(path: Path, problems: list[str]) -> Iterator[tuple[int, str]]:
    with path.open("rb") as handle:
        for number, raw in enumerate(handle, 1):
            try:
                yield number, raw.decode("utf-8-sig").rstrip("\r\n")
            except UnicodeDecodeError:
                problems.append(f"{path.name} 第 {number} 行:不是 UTF-8")


def _jsonl(path: Path, problems: list[str]) -> Iterator[Turn]:
    for number, line in _read_lines(path, problems):
        if not line.strip():
            continue
        try:
            fields = json.loads(line)
            if not isinstance(fields, dict):
                raise BadInput("不是 JSON 对象")
            yield _from_fields(fields, number)
        except (ValueError, BadInput) as error:
            problems.append(f"{path.name} 第 {number} 行:{error}")


def _csv(path: Path, problems: list[str]) -> Iterator[Turn]:
    reader = csv.DictReader(line for _, line in _read_lines(path, problems))
    for fields in reader:
        try:
            yield _from_fields(fields, reader.line_num)
        except BadInput as error:
            problems.append(f"{path.name} 第 {reader.line_num} 行:{error}")


def _txt(path: Path, problems: list[str]) -> Iterator[Turn]:
    for number, line in _read_lines(path, problems):
        match = _SPOKEN.match(line.strip())
        if match:
            yield Turn(number, match["text"], match["speaker"] or "", path.stem, match["time"] or "")


def _srt(path: Path, problems: list[str]) -> Iterator[Turn]:
    time = ""
    for number, line in _read_lines(path, problems):
        text = line.strip()
        if stamp := _SRT_TIME.match(text):
            time = stamp[1]
        elif text and not text.isdigit():
            match = _SPOKEN.match(text)
            if match:
                yield Turn(number, match["text"], match["speaker"] or "", path.stem, time)


_READERS = {".jsonl": _jsonl, ".csv": _csv, ".txt": _txt, ".srt": _srt}


def files_of(source: Path) -> list[Path]:
    """The transcript files named by a file or folder, sorted.

    Raises:
        BadInput: there is nothing readable.
    """
    if source.is_dir():
        found = sorted(path for path in source.rglob("*") if path.suffix.lower() in ENDINGS)
    else:
        found = [source] if source.exists() and source.suffix.lower() in ENDINGS else []
    if not found:
        raise BadInput(f"{source} 里没有 {'、'.join(ENDINGS)} 文件 / no transcript found")
    return found


def _done(output: Path) -> tuple[str, int] | None:
    """File and line of the last complete row of an earlier run; its rest is cut off."""
    if not output.exists():
        return None
    complete = output.read_bytes().rpartition(b"\n")[0]
    output.write_bytes(complete + b"\n" if complete else b"")
    last = None
    with output.open(encoding="utf-8-sig", newline="") as handle:
        for row in csv.DictReader(handle):
            last = (row["file"], int(row["line"]))
    return last


def process(source: Path, output: Path | None, parse: Parse) -> Iterator[str]:
    """Read, understand, write the result beside ``source`` (or to ``output``), and yield the summary.

    Raises:
        BadInput: nothing to read, or an output that is neither CSV nor JSON.
    """
    files = files_of(source)
    base = source if source.is_file() else source / "transcripts"
    target = output or base.with_name(base.stem + "-matters.csv")
    if target.suffix not in (".csv", ".json"):
        raise BadInput(f"结果文件要以 .csv 或 .json 结尾:{target}")
    table = target if target.suffix == ".csv" else target.with_suffix(".partial.csv")
    summary = Summary()
    done = _done(table)
    new = not table.exists() or table.stat().st_size == 0
    with table.open("a", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, COLUMNS)
        if new:
            writer.writeheader()
        for path in files:
            if path in (target, table):
                continue
            name = path.relative_to(source).as_posix() if source.is_dir() else path.name
            for turn in _READERS[path.suffix.lower()](path, summary.skipped):
                summary.turns += 1
                if not turn.by_caller or (done and (name, turn.line) <= done):
                    continue
                _write(writer, name, turn, parse, summary)
                if summary.callers % PROGRESS_EVERY == 0:
                    handle.flush()
                    print(f"\r{summary.callers} 句", end="", file=sys.stderr, flush=True)
    if target.suffix == ".json":
        with table.open(encoding="utf-8", newline="") as handle:
            target.write_text(json.dumps(list(csv.DictReader(handle)), ensure_ascii=False, indent=1), encoding="utf-8")
        table.unlink()
    yield from summary.lines(target)


def _write(writer: csv.DictWriter[str], name: str, turn: Turn, parse: Parse, summary: Summary) -> None:
    masked = mask(turn.text).text
    parsed = parse(masked)
    best = parsed["matters"][0] if parsed["matters"] and parsed["decision"] in ("answer", "clarify") else None
    summary.callers += 1
    summary.decisions[parsed["decision"]] += 1
    if best:
        summary.matters[f"{best['code']} {best['name']}"] += 1
    writer.writerow(
        {
            "file": name,
            "line": turn.line,
            "call": mask(turn.call).text,
            "time": turn.time,
            "text": masked,
            "decision": parsed["decision"],
            "matter": best["code"] if best else "",
            "confidence": best["confidence"] if best else "",
            "aspect": parsed["aspect"] or "",
        }
    )
