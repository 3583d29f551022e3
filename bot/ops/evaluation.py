"""``onedoor evaluate``: how well a file of labelled questions is understood.

Reads ``qid, text|question, code`` and optionally ``also, style, aspect, decision``. Rows without a
code are out of scope: they count in ``decisions`` only (and in ``decision_right`` if the file says
which decisions are right).
"""

from __future__ import annotations

import csv
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.errors import BadInput
from bot.ops.reliability import calibration_error
from knowledge.catalogue import Catalogue

Parse = Callable[[str], dict[str, Any]]
PROGRESS_EVERY = 200


@dataclass(frozen=True)
class Row:
    """One labelled question. ``codes`` are the acceptable matters, empty when out of scope."""

    qid: str
    text: str
    codes: tuple[str, ...]
    style: str = ""
    aspect: str = ""
    decisions: tuple[str, ...] = ()
    code: str = ""


def read_rows(path: Path) -> list[Row]:
    """The rows of a CSV file (UTF-8, with or without BOM).

    Raises:
        BadInput: names the column or line that is wrong.
    """
    try:
        handle = path.open(encoding="utf-8-sig", newline="")
    except OSError as error:
        raise BadInput(f"打不开文件 {path}:{error.strerror} / cannot open file") from error
    with handle:
        try:
            reader = csv.DictReader(handle)
            columns = set(reader.fieldnames or ())
            if not columns & {"text", "question"} or "code" not in columns:
                raise BadInput(f"{path} 第一行要有 qid、text(或 question)和 code 这几列 / missing columns")
            return [_row(item, number) for number, item in enumerate(reader, 2)]
        except UnicodeDecodeError as error:
            raise BadInput(f"{path} 不是 UTF-8 编码,请另存为 UTF-8 / not UTF-8") from error


def _row(item: dict[str, str], number: int) -> Row:
    text = (item.get("text") or item.get("question") or "").strip()
    if not text:
        raise BadInput(f"第 {number} 行没有 text / line {number} has no text")
    also = [code for code in (item.get("also") or "").split("|") if code]
    code = (item.get("code") or "").strip()
    return Row(
        qid=(item.get("qid") or str(number - 1)).strip(),
        text=text,
        codes=(code, *also) if code else (),
        style=(item.get("style") or "").strip(),
        aspect=(item.get("aspect") or "").strip(),
        decisions=tuple(d for d in (item.get("decision") or "").split("|") if d),
        code=code,
    )


@dataclass
class Tally:
    """Counts for one group of rows in scope."""

    n: int = 0
    top1: int = 0
    top3: int = 0

    def add(self, row: Row, top: list[str]) -> None:
        """Count one row."""
        self.n += 1
        self.top1 += bool(top[:1]) and top[0] in row.codes
        self.top3 += any(code in row.codes for code in top[:3])

    def to_dict(self) -> dict[str, Any]:
        """Shares, rounded to four digits."""
        return {"n": self.n, "top1": round(self.top1 / self.n, 4), "top3": round(self.top3 / self.n, 4)}


@dataclass
class Report:
    """Everything that is printed. ``to_dict`` is the JSON contract."""

    total: Tally = field(default_factory=Tally)
    branches: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    styles: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    decisions: Counter[str] = field(default_factory=Counter)
    confusions: Counter[tuple[str, str]] = field(default_factory=Counter)
    rows: list[dict[str, Any]] = field(default_factory=list)
    n: int = 0
    covered: int = 0
    answered_wrong: int = 0
    right_or_offered: int = 0
    aspect_n: int = 0
    aspect_right: int = 0
    decision_n: int = 0
    decision_right: int = 0
    seconds: float = 0.0
    confidences: list[tuple[float, bool]] = field(default_factory=list)

    def add(self, row: Row, parsed: dict[str, Any], catalogue: Catalogue) -> None:
        """Count one parsed row."""
        top = [matter["code"] for matter in parsed["matters"]]
        self.n += 1
        self.decisions[parsed["decision"]] += 1
        self.rows.append({"qid": row.qid, "top": top, "decision": parsed["decision"], "aspect": parsed["aspect"]})
        if row.decisions:
            self.decision_n += 1
            self.decision_right += parsed["decision"] in row.decisions
        if row.aspect:
            self.aspect_n += 1
            self.aspect_right += parsed["aspect"] == row.aspect
        if not row.code:
            return
        self.covered += bool(top)
        self.total.add(row, top)
        branch = catalogue.matters[row.code].branch if row.code in catalogue.matters else "?"
        self.branches[branch].add(row, top)
        if row.style:
            self.styles[row.style].add(row, top)
        right = bool(top) and top[0] in row.codes
        offered = parsed["decision"] == "clarify" and any(c in row.codes for c in parsed["options"])
        self.answered_wrong += parsed["decision"] == "answer" and not right
        self.right_or_offered += (parsed["decision"] == "answer" and right) or offered
        if top:
            self.confidences.append((parsed["matters"][0]["confidence"], right))
        if top and not right:
            self.confusions[row.code, top[0]] += 1

    def to_dict(self) -> dict[str, Any]:
        """The JSON contract (design §3) and what we measure besides."""
        scoped = self.total.n
        out: dict[str, Any] = {
            "n": self.n,
            "in_scope": scoped,
            "top1": round(self.total.top1 / scoped, 4) if scoped else None,
            "top3": round(self.total.top3 / scoped, 4) if scoped else None,
            "coverage": round(self.covered / scoped, 4) if scoped else None,
            "answered_wrong": round(self.answered_wrong / scoped, 4) if scoped else None,
            "right_or_offered": round(self.right_or_offered / scoped, 4) if scoped else None,
            "ece": round(calibration_error(self.confidences), 4),
            "aspect": round(self.aspect_right / self.aspect_n, 4) if self.aspect_n else None,
            "decision_right": round(self.decision_right / self.decision_n, 4) if self.decision_n else None,
            "decisions": dict(self.decisions.most_common()),
            "by_branch": {name: tally.to_dict() for name, tally in self.branches.items()},
            "by_style": {name: tally.to_dict() for name, tally in self.styles.items()},
            "confusions": [
                {"code": code, "taken_for": other, "n": n} for (code, other), n in self.confusions.most_common(20)
            ],
            "milliseconds": round(1000 * self.seconds / self.n, 2) if self.n else None,
            "rows": self.rows,
        }
        return out


def evaluate(rows: list[Row], parse: Parse, catalogue: Catalogue, progress: bool = True) -> Report:
    """Parse every row and count. Progress goes to stderr."""
    report = Report()
    started = time.perf_counter()
    for number, row in enumerate(rows, 1):
        report.add(row, parse(row.text), catalogue)
        if progress and (number % PROGRESS_EVERY == 0 or number == len(rows)):
            print(f"\r{number}/{len(rows)}", end="", file=sys.stderr, flush=True)
    report.seconds = time.perf_counter() - started
    if progress:
        print(file=sys.stderr)
    return report


def lines(report: Report, catalogue: Catalogue) -> Iterator[str]:
    """The report for people."""
    data = report.to_dict()

    def percent(value: float | None) -> str:
        return "-" if value is None else f"{100 * value:.1f} %"

    yield f"问题 {data['n']} 条,其中有事项的 {data['in_scope']} 条,每条 {data['milliseconds']} ms"
    for label, name in (
        ("首位正确 top-1", "top1"),
        ("前三 top-3", "top3"),
        ("有候选", "coverage"),
        ("答错事项", "answered_wrong"),
        ("答对或在选项里", "right_or_offered"),
        ("方面正确", "aspect"),
        ("处置正确", "decision_right"),
    ):
        yield f"{label} {percent(data[name])}"
    yield f"校准误差 ECE {data['ece']}"
    yield "处置:" + "  ".join(f"{name} {count}" for name, count in data["decisions"].items())
    for title, groups in (("按警种", data["by_branch"]), ("按说法", data["by_style"])):
        for name, tally in groups.items():
            shown = catalogue.branches[name].name if name in catalogue.branches else name
            yield f"{title} {shown}: n={tally['n']} top-1 {percent(tally['top1'])} top-3 {percent(tally['top3'])}"
    for item in data["confusions"]:
        names = [catalogue.matters[c].name if c in catalogue.matters else c for c in (item["code"], item["taken_for"])]
        yield f"混淆 {item['n']} 次:{item['code']} {names[0]} → {item['taken_for']} {names[1]}"
