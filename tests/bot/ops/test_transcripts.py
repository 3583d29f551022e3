from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from bot.errors import BadInput
from bot.ops.transcripts import process


def parse(text: str) -> dict[str, Any]:
    if "身份证" in text:
        matters = [{"code": "HZ-059", "name": "居民身份证丢失补领", "confidence": 0.9}]
        return {"matters": matters, "decision": "answer", "aspect": "fee" if "钱" in text else None}
    return {"matters": [], "decision": "ask_back", "aspect": None}


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def write(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_jsonl_keeps_callers_turns_and_reports_bad_lines(tmp_path: Path) -> None:
    source = write(
        tmp_path / "calls.jsonl",
        json.dumps({"call": "1", "speaker": "客户", "time": "3", "text": "身份证丢了补要多少钱"}),
        "not json",
        json.dumps({"call": "1", "speaker": "坐席", "text": "您好"}),
        json.dumps({"call": "1", "speaker": "客户"}),
    )
    said = "\n".join(process(source, None, parse))
    found = rows(tmp_path / "calls-matters.csv")
    assert [(row["line"], row["matter"], row["aspect"]) for row in found] == [("1", "HZ-059", "fee")]
    assert "第 2 行" in said and "第 4 行" in said


def test_txt_and_srt_and_csv_in_one_folder(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", "[00:01] 市民:身份证丢了", "坐席:请讲", "", "嗯")
    write(tmp_path / "b.srt", "1", "00:00:01,000 --> 00:00:02,000", "身份证丢了", "")
    write(tmp_path / "c.csv", "speaker,text", "客户,身份证", "民警,好的")
    list(process(tmp_path, tmp_path / "out.csv", parse))
    assert [(row["file"], row["matter"]) for row in rows(tmp_path / "out.csv")] == [
        ("a.txt", "HZ-059"), ("a.txt", ""), ("b.srt", "HZ-059"), ("c.csv", "HZ-059"),
    ]  # fmt: skip


def test_a_stopped_run_goes_on_where_it_left_off(tmp_path: Path) -> None:
    lines = [json.dumps({"text": f"身份证丢了 {number}"}) for number in range(20)]
    source = write(tmp_path / "calls.jsonl", *lines)
    seen: list[str] = []

    def failing(text: str) -> dict[str, Any]:
        if len(seen) == 10:
            raise KeyboardInterrupt
        seen.append(text)
        return parse(text)

    with pytest.raises(KeyboardInterrupt):
        list(process(source, None, failing))
    list(process(source, None, parse))
    found = rows(tmp_path / "calls-matters.csv")
    assert [row["line"] for row in found] == [str(number) for number in range(1, 21)]


def test_private_numbers_are_masked_in_the_result(tmp_path: Path) -> None:
    source = write(
        tmp_path / "calls.jsonl", json.dumps({"text": "身份证120101199001011234丢了", "call": "13812345678"})
    )
    list(process(source, tmp_path / "out.json", parse))
    text = (tmp_path / "out.json").read_text(encoding="utf-8")
    assert "1990" not in text and "12345678" not in text


def test_bytes_that_are_no_text_are_reported(tmp_path: Path) -> None:
    source = tmp_path / "calls.txt"
    source.write_bytes("身份证丢了\n".encode() + b"\xff\xfe\n" + "再见\n".encode())
    said = "\n".join(process(source, None, parse))
    assert "第 2 行:不是 UTF-8" in said
    assert len(rows(tmp_path / "calls-matters.csv")) == 2


def test_nothing_to_read_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="没有"):
        list(process(tmp_path, None, parse))
