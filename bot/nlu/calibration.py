"""Calibration questions: what people ask, kept apart from training, from which confidences get their meaning.

CSV files in ``data/calibration`` with the columns of an evaluation file: ``qid, text, code, also, style,
aspect, decision``. A row with ``code`` is about that matter (or, as well, those in ``also``); one with only
``also`` fits all of them and must be asked back; one with neither is about no matter at all.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.nlu.aspect import ASPECTS
from knowledge.catalogue import Catalogue
from knowledge.errors import Fault, FaultsFound

FOLDER = Path(__file__).resolve().parents[2] / "data" / "calibration"


@dataclass(frozen=True)
class Sample:
    """One calibration question.

    Attributes:
        right: codes with which it may be answered at once; empty if none may.
        several: it fits several matters, so that only asking back is right.
        aspect: the aspect asked for, None if none is.
        style: the voice, as the file says.
    """

    text: str
    right: frozenset[str]
    several: bool = False
    aspect: str | None = None
    style: str = ""


def read_samples(folder: Path = FOLDER) -> list[Sample]:
    """All samples below ``folder``, in the order of the file names; none if there is no such folder.

    Raises:
        FaultsFound: a file is no UTF-8 CSV with ``text`` and ``code``, or a row has no text.
    """
    return [sample for path in sorted(folder.glob("*.csv")) for sample in _read_file(path)]


def _read_file(path: Path) -> Iterator[Sample]:
    name = f"{path.parent.parent.name}/{path.parent.name}/{path.name}"
    try:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            reader = csv.DictReader(handle)
            if not {"text", "code"} <= set(reader.fieldnames or ()):
                raise FaultsFound([Fault(name, "第 1 行", "缺少 text 或 code 列", "第一行照别的校准文件写")])
            rows = list(reader)
    except UnicodeDecodeError as error:
        raise FaultsFound([Fault(name, "文件", "不是 UTF-8 编码", "另存为 UTF-8")]) from error
    for number, row in enumerate(rows, 2):
        text, code = (row["text"] or "").strip(), (row["code"] or "").strip()
        if not text:
            raise FaultsFound([Fault(name, f"第 {number} 行 text", "没有文字", "写上问法,或删掉这一行")])
        also = [item for item in (row.get("also") or "").split("|") if item]
        right = frozenset([code, *also] if code else ())
        aspect, style = (row.get("aspect") or "").strip() or None, (row.get("style") or "").strip()
        yield Sample(text, right, bool(also) and not code, aspect, style)


def check_samples(root: Path, catalogue: Catalogue) -> list[Fault]:
    """All faults of ``data/calibration`` below ``root`` beyond its form."""
    faults = []
    for path in sorted((root / "data" / "calibration").glob("*.csv")):
        name = path.relative_to(root).as_posix()
        try:
            samples = list(_read_file(path))
        except FaultsFound as error:
            faults += error.faults
            continue
        for sample in samples:
            for code in sorted(sample.right - set(catalogue.matters)):
                faults.append(Fault(name, sample.text, f"没有事项“{code}”", "code 和 also 写目录里的编码"))
            if sample.aspect and sample.aspect not in ASPECTS:
                faults.append(Fault(name, sample.text, f"没有方面“{sample.aspect}”", f"可选:{'、'.join(ASPECTS)}"))
    return faults
