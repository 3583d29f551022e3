"""``onedoor transcripts``: what callers asked for, read off written telephone calls.

Each thing a caller says becomes one row of the result, understood within its call. The result grows beside
its final place and takes it when it is whole; every few hundred turns a checkpoint is kept, so that a run
that was stopped, even killed, goes on where it left off and ends with the same result.
"""

from __future__ import annotations

import csv
import hashlib
import hmac
import io
import json
import os
import sys
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any

from bot.errors import BadInput
from bot.ops.callers import CallContext, Finding
from bot.ops.recordings import Recording, Turn, files_of
from bot.ops.secret import session_secret
from bot.text.mask import mask

Parse = Callable[[str], dict[str, Any]]
COLUMNS = (
    "file", "line", "call", "time", "text", "decision", "matter", "name", "confidence", "aspect", "aspects", "context",
    "unresolved",
)  # fmt: skip
CHECKPOINT_EVERY = 500
MAX_CALLS = 2000
"""Calls that may be under way at once; a file that mixes more loses the context of the oldest."""
MAX_TEXT = 500
EXAMPLES = 20
_CACHE = 16_384


@dataclass
class Summary:
    """Counts over a whole run. JSON, and of bounded size."""

    turns: int = 0
    callers: int = 0
    calls: int = 0
    calls_with_matter: int = 0
    calls_unresolved: int = 0
    calls_handed: int = 0
    skipped: int = 0
    decisions: dict[str, int] = field(default_factory=dict)
    matters: dict[str, int] = field(default_factory=dict)
    aspects: dict[str, int] = field(default_factory=dict)
    contexts: dict[str, int] = field(default_factory=dict)
    unresolved: list[dict[str, Any]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def add(self, finding: Finding) -> None:
        """Count one caller's turn."""
        self.callers += 1
        _count(self.decisions, finding.decision)
        for aspect in finding.aspects:
            _count(self.aspects, aspect)
        if finding.code:
            _count(self.contexts, finding.context or "said")

    def close(self, call: CallContext, name: str) -> None:
        """Count one call that is over."""
        self.calls += 1
        self.calls_with_matter += bool(call.matters)
        self.calls_handed += call.handed
        for code, matter in call.matters.items():
            _count(self.matters, f"{code} {matter}")
        if call.unresolved:
            self.calls_unresolved += 1
            if len(self.unresolved) < EXAMPLES:
                self.unresolved.append({"call": name, "text": call.open})

    def problem(self, where: str) -> None:
        """Count one line that could not be read."""
        self.skipped += 1
        if len(self.problems) < EXAMPLES:
            self.problems.append(where)

    def lines(self, output: Path) -> Iterator[str]:
        """For people."""
        yield f"共 {self.turns} 句,其中来电人 {self.callers} 句,{self.calls} 通电话;结果在 {output}"
        yield (
            f"问到事项的 {self.calls_with_matter} 通,没弄明白的 {self.calls_unresolved} 通,"
            f"转人工或转办的 {self.calls_handed} 通"
        )
        yield "处置:" + "  ".join(f"{name} {count}" for name, count in _most(self.decisions))
        if self.aspects:
            yield "方面:" + "  ".join(f"{name} {count}" for name, count in _most(self.aspects))
        if self.matters:
            yield "问得最多的事项(按通数):"
            yield from (f"{count:6d}  {matter}" for matter, count in _most(self.matters)[:EXAMPLES])
        if self.unresolved:
            yield f"没弄明白的,前 {len(self.unresolved)} 通:"
            yield from (f"  {item['call']}:{item['text']}" for item in self.unresolved)
        if self.skipped:
            yield f"有 {self.skipped} 行读不懂,已跳过:"
            yield from (f"  {problem}" for problem in self.problems)


def _count(counts: dict[str, int], key: str) -> None:
    counts[key] = counts.get(key, 0) + 1


def _most(counts: dict[str, int]) -> list[tuple[str, int]]:
    return Counter(counts).most_common()


class _Table:
    """The growing result, CSV or JSON, of which no more than a row is ever in memory."""

    def __init__(self, path: Path, as_json: bool, size: int) -> None:
        self._json = as_json
        self._handle = path.open("r+b" if path.exists() else "w+b")
        self._handle.truncate(size)
        self._handle.seek(0, os.SEEK_END)
        if size == 0:
            self._handle.write(b"[" if as_json else _csv_line(COLUMNS))

    def write(self, row: dict[str, Any], first: bool) -> None:
        """Append one row; ``first`` of all."""
        if self._json:
            text = json.dumps(row, ensure_ascii=False)
            self._handle.write(f"{'' if first else ','}\n {text}".encode())
        else:
            self._handle.write(_csv_line([row[name] for name in COLUMNS]))

    def sync(self) -> int:
        """Everything written is on the disk; the size."""
        self._handle.flush()
        os.fsync(self._handle.fileno())
        return self._handle.tell()

    def close(self, whole: bool) -> None:
        """``whole`` ends the result."""
        if whole and self._json:
            self._handle.write(b"\n]\n")
        self._handle.close()


def _slim(parsed: dict[str, Any]) -> dict[str, Any]:
    return {
        "decision": parsed.get("decision"),
        "intent": {"name": (parsed.get("intent") or {}).get("name")},
        "matters": (parsed.get("matters") or [])[:1],
        "options": parsed.get("options"),
        "aspects": parsed.get("aspects") or ([parsed["aspect"]] if parsed.get("aspect") else []),
    }


def _csv_line(values: Sequence[Any]) -> bytes:
    line = io.StringIO()
    csv.writer(line).writerow([_harmless(value) for value in values])
    return line.getvalue().encode()


def _harmless(value: Any) -> Any:
    """A text that a spreadsheet would take for a formula is marked as text."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t") else value


class Run:
    """One run over a file or folder; may be a later part of a run that was stopped."""

    def __init__(
        self,
        source: Path,
        output: Path | None,
        parse: Parse,
        *,
        officers: Sequence[str] = (),
        fresh: bool = False,
        version: str = "",
        every: int = CHECKPOINT_EVERY,
    ) -> None:
        base = source if not source.is_dir() else source / "transcripts"
        self.target = output or base.with_name(base.stem + "-matters.csv")
        if self.target.suffix not in (".csv", ".json"):
            raise BadInput(f"结果文件要以 .csv 或 .json 结尾:{self.target} / the result must end in .csv or .json")
        self.summary_file = self.target.with_name(self.target.stem + "-summary.json")
        self._partial = self.target.with_name(self.target.name + ".partial")
        self._checkpoint = self.target.with_name(self.target.name + ".checkpoint")
        self._source, self._officers, self._every = source, officers, every
        # Callers say much the same; what is kept of a parse is what a call needs of it.
        self._parse = lru_cache(maxsize=_CACHE)(lambda text: _slim(parse(text)))
        self._files = files_of(source, (self.target, self.summary_file))
        self._mark = self._fingerprint(version)
        self._calls: OrderedDict[str, CallContext] = OrderedDict()
        self.summary = Summary()
        self._done = self._reported = ("", 0)
        self._size = 0
        self.resumed = not fresh and self._resume()
        self._table = _Table(self._partial, self.target.suffix == ".json", self._size)

    def __enter__(self) -> Run:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            return
        self._keep()
        self._table.close(whole=False)

    def _fingerprint(self, version: str) -> str:
        """What the checkpoint belongs to: the very same files, officers and model."""
        files = [(self._name(path), path.stat().st_size, path.stat().st_mtime_ns) for path in self._files]
        known = json.dumps([files, list(self._officers), version, COLUMNS])
        return hashlib.sha256(known.encode()).hexdigest()

    def _name(self, path: Path) -> str:
        return path.relative_to(self._source).as_posix() if self._source.is_dir() else path.name

    def _resume(self) -> bool:
        try:
            kept = json.loads(self._checkpoint.read_text(encoding="utf-8"))
            if kept["mark"] != self._mark or self._partial.stat().st_size < kept["size"]:
                return False
            self._calls.update((key, CallContext(**call)) for key, call in kept["calls"])
            self.summary = Summary(**kept["summary"])
            self._done, self._size = (kept["file"], kept["line"]), kept["size"]
            self._reported = (kept["reported"][0], kept["reported"][1])
        except (OSError, ValueError, KeyError, TypeError):
            return False
        return True

    def _keep(self) -> None:
        """Write the checkpoint, all of it or nothing."""
        kept = {
            "mark": self._mark,
            "file": self._done[0],
            "line": self._done[1],
            "reported": list(self._reported),
            "size": self._table.sync(),
            "summary": asdict(self.summary),
            "calls": [(key, call.to_dict()) for key, call in self._calls.items()],
        }
        beside = self._checkpoint.with_name(self._checkpoint.name + ".new")
        with beside.open("w", encoding="utf-8") as handle:
            json.dump(kept, handle, ensure_ascii=False)
            handle.flush()
            os.fsync(handle.fileno())
        beside.replace(self._checkpoint)

    def go(self, progress: Callable[[str], None]) -> None:
        """Read on to the end and put the result in its place."""
        whole = sum(path.stat().st_size for path in self._files) or 1
        before, since, started = 0, 0, time.monotonic()
        names = [self._name(path) for path in self._files]
        skip = names.index(self._done[0]) if self._done[0] in names else 0
        for index, path in enumerate(self._files):
            if index >= skip:
                recording = Recording(path, lambda line, what, name=names[index]: self._report(name, line, what))  # type: ignore[misc]
                after = self._done[1] if names[index] == self._done[0] else 0
                for turn in recording.turns():
                    if turn.line <= after:
                        continue
                    self._take(names[index], turn)
                    self._done = (names[index], turn.line)
                    since += 1
                    if since % self._every == 0:
                        self._keep()
                        share = (before + recording.offset) / whole
                        speed = since / max(time.monotonic() - started, 1e-9)
                        progress(f"{min(share, 1):4.0%}  {self.summary.turns} 句  每秒 {speed:.0f} 句")
                self._over(names[index])
            before += path.stat().st_size
        self._finish()

    def _report(self, name: str, line: int, what: str) -> None:
        # Lines before the checkpoint were reported when they were first read.
        if any(name == seen[0] and line <= seen[1] for seen in (self._done, self._reported)):
            return
        self._reported = (name, line)
        self.summary.problem(f"{private(name)} 第 {line} 行:{what}")

    def _take(self, name: str, turn: Turn) -> None:
        summary = self.summary
        summary.turns += 1
        key = f"{name}\x00{turn.call}"
        call = self._calls.get(key)
        if call is None:
            call = self._calls[key] = CallContext()
            if len(self._calls) > MAX_CALLS:
                old, over = self._calls.popitem(last=False)
                summary.close(over, _shown(old))
        else:
            self._calls.move_to_end(key)
        text = mask(turn.text[: 4 * MAX_TEXT]).text[:MAX_TEXT]
        if not turn.by_caller(self._officers):
            call.officer_said(text, self._parse)
            return
        finding = call.caller_said(text, self._parse)
        summary.add(finding)
        row = {
            "file": private(name),
            "line": turn.line,
            "call": private(turn.call),
            "time": mask(turn.time).text,
            "text": text,
            "decision": finding.decision,
            "matter": finding.code,
            "name": finding.name,
            "confidence": "" if finding.confidence is None else finding.confidence,
            "aspect": finding.aspects[0] if finding.aspects else "",
            "aspects": "|".join(finding.aspects),
            "context": finding.context,
            "unresolved": "yes" if finding.unresolved else "",
        }
        self._table.write(row, first=summary.callers == 1)

    def _over(self, name: str) -> None:
        """Calls do not run over the end of their file."""
        for key in [key for key in self._calls if key.startswith(f"{name}\x00")]:
            self.summary.close(self._calls.pop(key), _shown(key))

    def _finish(self) -> None:
        self._table.close(whole=True)
        self.summary_file.write_text(
            json.dumps(asdict(self.summary), ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )
        self._partial.replace(self.target)
        self._checkpoint.unlink(missing_ok=True)


def _shown(key: str) -> str:
    name, _, call = key.partition("\x00")
    return f"{private(name)} {private(call)}".strip()


@lru_cache(maxsize=4096)
def private(name: str) -> str:
    """A name of a file or call without the numbers in it, but still its own: a keyed mark stands in."""
    masked = mask(name).text
    if masked == name:
        return name
    return f"{masked}-{hmac.new(session_secret().encode(), name.encode(), hashlib.sha256).hexdigest()[:10]}"


def process(source: Path, output: Path | None, parse: Parse, **options: Any) -> Iterator[str]:
    """Read, understand, write the result beside ``source`` (or to ``output``), and yield the summary.

    Options are those of :class:`Run`: ``officers``, ``fresh``, ``version``, ``every``.

    Raises:
        BadInput: nothing to read, or an output that is neither CSV nor JSON.
    """
    with Run(source, output, parse, **options) as run:
        if run.resumed:
            yield f"接着上次的做:前面 {run.summary.turns} 句已经做完 / going on after {run.summary.turns} turns"
        run.go(_show if sys.stderr.isatty() else _log)
    yield from run.summary.lines(run.target)
    yield f"汇总在 {run.summary_file}"


def _show(text: str) -> None:
    print(f"\r{text}  ", end="", file=sys.stderr, flush=True)


def _log(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
