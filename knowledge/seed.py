"""One-time import of the shared tables into this repository's own files.

``python -m knowledge.seed SHARED_FOLDER`` reads the catalogue and the window directory and writes
``knowledge/matters``, ``knowledge/windows`` and ``knowledge/places``. It never overwrites a file that
exists: after the first run those files are the truth and editors own them.
"""

from __future__ import annotations

import csv
import re
import sys
from pathlib import Path
from typing import Any

from knowledge import yamlio

HERE = Path(__file__).parent

BRANCH_IDS = {
    "户政": "household", "交管": "traffic", "出入境": "exit_entry", "治安": "public_order",
    "内保": "internal_security", "禁毒": "narcotics", "网安": "cyber", "海防": "coast",
    "监所管理": "detention", "法制": "legal", "刑侦": "criminal", "经侦": "economic",
}  # fmt: skip

DISTRICT_IDS = {
    "": "city", "和平区": "heping", "河东区": "hedong", "河西区": "hexi", "南开区": "nankai",
    "河北区": "hebei", "红桥区": "hongqiao", "东丽区": "dongli", "西青区": "xiqing",
    "津南区": "jinnan", "北辰区": "beichen", "武清区": "wuqing", "宝坻区": "baodi",
    "滨海新区": "binhai", "宁河区": "ninghe", "静海区": "jinghai", "蓟州区": "jizhou",
}  # fmt: skip

_DESKS = (
    ("违法处理", "违法处理"),
    ("车驾管", "车驾管"),
    ("驾驶人业务", "车驾管"),
    ("车辆管理所", "车驾管"),
)


def rows(path: Path) -> list[dict[str, str]]:
    """All rows of a CSV file as dictionaries."""
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


def matter_record(row: dict[str, str]) -> dict[str, Any]:
    """The skeleton of a matter record: what the catalogue says and nothing else."""
    return {
        "code": row["code"],
        "name": row["name"],
        "branch": BRANCH_IDS[row["branch"]],
        "aliases": row["aliases"].split("|"),
        "audience": row["audience"].split("和"),
        "kind": row["kind"],
        "summary": row["summary"],
        "window": {"levels": row["level"].split("|"), "source": ["catalogue"]},
        "online": {"available": row["online"] == "yes", "source": ["catalogue"]},
        "legal_basis": re.split(r"[;;]\s*", row["legal_basis"]),
    }


def desk_of(name: str) -> str | None:
    """The kind of traffic-police desk, read off the window's name."""
    return next((desk for word, desk in _DESKS if word in name), None)


def window_record(row: dict[str, str]) -> dict[str, Any]:
    """A window as its table row states it; empty cells are left out."""
    record: dict[str, Any] = {"id": row["id"], "name": row["name"], "level": row["level"]}
    for key in ("district", "street"):
        if row[key]:
            record[key] = row[key]
    record["services"] = row["services"].split("|")
    if desk_of(row["name"]):
        record["desk"] = desk_of(row["name"])
    for key in ("address", "phone", "hours"):
        if row[key]:
            record[key] = row[key]
    record["verified"] = row["verified"] == "yes"
    for key in ("as_of", "note"):
        if row[key]:
            record[key] = row[key]
    record["source"] = [part.strip() for part in row["source"].split(" | ")]
    return record


def write_new(path: Path, text: str) -> bool:
    """Write ``text`` unless the file exists. Returns whether it was written."""
    if path.exists():
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return True


def main(shared: Path) -> int:
    """Import everything below ``shared``; returns the number of files written."""
    written = 0
    for row in rows(shared / "catalogue" / "matters.csv"):
        record = matter_record(row)
        path = HERE / "matters" / record["branch"] / f"{record['code']}.yml"
        written += write_new(path, yamlio.dump(record))
    by_district: dict[str, list[dict[str, Any]]] = {name: [] for name in DISTRICT_IDS}
    for row in rows(shared / "windows" / "windows.csv"):
        by_district[row["district"]].append(window_record(row))
    for district, windows in by_district.items():
        written += write_new(HERE / "windows" / f"{DISTRICT_IDS[district]}.yml", yamlio.dump(windows))
    for name in ("streets", "communities", "places"):
        text = (shared / "windows" / f"{name}.csv").read_text(encoding="utf-8-sig")
        written += write_new(HERE / "places" / f"{name}.csv", text)
    print(f"写入 {written} 个新文件,已有的文件没有动。")
    return written


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("用法:python -m knowledge.seed 共享资料目录")
    main(Path(sys.argv[1]))
