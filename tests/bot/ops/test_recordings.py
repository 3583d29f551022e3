from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.errors import BadInput
from bot.ops.recordings import MAX_LINE, Recording, Turn, encoding_of, files_of


def read(path: Path) -> tuple[list[Turn], list[tuple[int, str]]]:
    problems: list[tuple[int, str]] = []
    turns = list(Recording(path, lambda line, what: problems.append((line, what))).turns())
    assert [turn.line for turn in turns] == sorted(turn.line for turn in turns)
    return turns, problems


def texts(path: Path) -> list[str]:
    return [turn.text for turn in read(path)[0]]


LINES = "时间,说话人,内容\n00:01,市民,身份证丢了怎么办\n00:04,坐席,您好\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(LINES.encode(encoding))
    turns, problems = read(path)
    assert turns[0] == Turn(2, "身份证丢了怎么办", "市民", "", "00:01") and len(turns) == 2
    assert problems == []


def test_one_broken_line_does_not_change_the_encoding(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    for encoding, name in (("utf-8", "utf-8"), ("gb18030", "gb18030")):
        path.write_bytes("身份证丢了\n怎么补\n".encode(encoding) + b"\xff\xff\xfe\n" + "要带什么\n".encode(encoding))
        assert encoding_of(path) == name
        turns, problems = read(path)
        assert [turn.text for turn in turns] == ["身份证丢了", "怎么补", "要带什么"]
        assert [line for line, _ in problems] == [3]


def test_an_empty_file_says_nothing(tmp_path: Path) -> None:
    for ending in ("jsonl", "csv", "txt", "srt"):
        path = tmp_path / f"a.{ending}"
        path.write_bytes(b"")
        assert read(path) == ([], [])


@pytest.mark.parametrize(
    "bad", ["not json", "[1]", "5", "null", '{"speaker": "客户"}', '{"text": ""}', '{"text": ["a"]}', "[" * 100_000]
)
def test_a_bad_json_line_costs_only_itself(tmp_path: Path, bad: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(f'{{"text": "甲"}}\n{bad}\n\n{{"content": "乙", "role": "坐席", "call_id": 7}}\n', encoding="utf-8")
    turns, problems = read(path)
    assert turns == [Turn(1, "甲"), Turn(4, "乙", "坐席", "7")]
    assert [line for line, _ in problems] == [2]


def test_a_line_without_end_is_skipped_and_the_next_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("甲\n" + "很" * MAX_LINE + "\n乙\n", encoding="utf-8")
    turns, problems = read(path)
    assert [(turn.line, turn.text) for turn in turns] == [(1, "甲"), (3, "乙")]
    assert problems[0][0] == 2 and "太长" in problems[0][1]


def test_csv_fields_may_run_over_lines_and_hold_commas_and_quotes(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('speaker,text\n客户,"第一行\n第二行"\n客户,"说""丢了"", 对"\n客户,说"丢了"的\n', encoding="utf-8")
    turns, problems = read(path)
    assert [(turn.line, turn.text) for turn in turns] == [(2, "第一行\n第二行"), (4, '说"丢了", 对'), (5, '说"丢了"的')]
    assert problems == []


def test_a_missing_quote_costs_one_line(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    rows = [
        "call,speaker,text",
        '1,客户,"引号没有收',
        "1,坐席,您好",
        "1,客户,护照换发",
        '1,客户,"又一个',
        "1,客户,多少钱",
    ]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    turns, problems = read(path)
    assert [turn.text for turn in turns] == ["您好", "护照换发", "多少钱"]
    assert [line for line, _ in problems] == [2, 5]


def test_line_numbers_stay_right_after_a_broken_line(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("speaker,text\n客户,甲乙丙丁\n".encode() + b"\xff\xfe\n" + "客户,戊己庚辛\n".encode())
    turns, problems = read(path)
    assert [(turn.line, turn.text) for turn in turns] == [(2, "甲乙丙丁"), (4, "戊己庚辛")]
    assert problems == [(3, "不是 UTF-8")]


def test_csv_commas_too_many_belong_to_the_text_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("speaker,text\n客户,身份证丢了,怎么办\n", encoding="utf-8")
    assert texts(path) == ["身份证丢了,怎么办"]
    path.write_text("text,speaker\n身份证丢了,怎么办,客户\n好,客户\n", encoding="utf-8")
    turns, problems = read(path)
    assert [turn.text for turn in turns] == ["好"] and "3 列" in problems[0][1]


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_csv_delimiters(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"Speaker{delimiter}Text\n客户{delimiter}甲\n", encoding="utf-8")
    assert read(path)[0] == [Turn(2, "甲", "客户")]


def test_a_csv_without_a_text_column_says_which_it_needs(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    turns, problems = read(path)
    assert turns == [] and "text" in problems[0][1]


@pytest.mark.parametrize(
    ("line", "speaker", "time", "text"),
    [
        ("市民:身份证丢了", "市民", "", "身份证丢了"),
        ("[00:01] 坐席1:您好", "坐席1", "00:01", "您好"),
        ("00:01:02 客户:您好", "客户", "00:01:02", "您好"),
        ("2026-01-02 10:00:03 客户:您好", "客户", "2026-01-02 10:00:03", "您好"),
        ("客户 [00:05]:您好", "", "", "客户 [00:05]:您好"),
        ("王某:身份证丢了", "王某", "", "身份证丢了"),
        ("我想问一下:身份证丢了", "", "", "我想问一下:身份证丢了"),
        ("身份证丢了", "", "", "身份证丢了"),
        ("说话人1:身份证丢了", "说话人1", "", "身份证丢了"),
    ],
)
def test_txt_lines(tmp_path: Path, line: str, speaker: str, time: str, text: str) -> None:
    path = tmp_path / "a.txt"
    path.write_text(line + "\n", encoding="utf-8")
    assert read(path)[0] == [Turn(1, text, speaker, "a", time)]


def test_txt_headings_begin_a_new_call(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    lines = [
        "通话编号:1001",
        "市民:甲",
        "=== 通话 ===",
        "市民:乙",
        "通话中断了",
        "录音",
        "## call 7",
        "丙",
        "录音 C-8",
        "丁",
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert [(turn.call, turn.text) for turn in read(path)[0]] == [
        ("1001", "甲"), ("a#2", "乙"), ("a#2", "通话中断了"), ("a#2", "录音"), ("7", "丙"), ("C-8", "丁"),
    ]  # fmt: skip


def test_srt_cues_of_two_lines_numbers_said_and_bad_times(tmp_path: Path) -> None:
    path = tmp_path / "a.srt"
    path.write_text(
        "1\n00:00:01,000 --> 00:00:02,000\n市民:身份证丢了\n怎么补\n\n"
        "2\n00:00:03,000 --> 00:00:04,000\n12345\n\n"
        "3\n00:00:xx --> 00:00:06,000\n丢了的一句\n\n"
        "4\n00:00:07,000 --> 00:00:08,000\n坐席:好\n市民:谢谢\n",
        encoding="utf-8",
    )
    turns, problems = read(path)
    assert [(turn.text, turn.speaker, turn.time) for turn in turns] == [
        ("身份证丢了 怎么补", "市民", "00:00:01,000"),
        ("12345", "", "00:00:03,000"),
        ("好", "坐席", "00:00:07,000"),
        ("谢谢", "市民", "00:00:07,000"),
    ]
    assert [line for line, _ in problems] == [11, 12]


@pytest.mark.parametrize(
    "name", ["坐席", "坐席1", "客服02", "话务员", "接线员3号", "agent 7", "Operator", "民警", "IVR"]
)
def test_the_answering_side(name: str) -> None:
    assert not Turn(1, "x", name).by_caller()


@pytest.mark.parametrize("name", ["", "客户", "市民", "说话人1", "王某"])
def test_the_calling_side(name: str) -> None:
    assert Turn(1, "x", name).by_caller()
    assert not Turn(1, "x", name).by_caller(officers=(name,))


def test_files_of_a_folder(tmp_path: Path) -> None:
    for name in ("b.txt", "a.JSONL", "deep/c.srt", "notes.md"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps({}), encoding="utf-8")
    assert [path.name for path in files_of(tmp_path)] == ["a.JSONL", "b.txt", "c.srt"]
    with pytest.raises(BadInput, match="没有"):
        files_of(tmp_path / "notes.md")
    with pytest.raises(BadInput, match="没有"):
        files_of(tmp_path / "missing.txt")
