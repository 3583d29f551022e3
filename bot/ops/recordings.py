"""Reading written telephone calls: JSONL, CSV, TXT and SRT, in UTF-8, GB18030 or UTF-16, line by line.

Memory is bounded whatever a file holds, and a line that cannot be read costs only itself: it is reported
with its file and number, and everything around it is read.
"""

from __future__ import annotations

import codecs
import csv
import json
import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.errors import BadInput

ENDINGS = (".jsonl", ".csv", ".txt", ".srt")
MAX_LINE = 1 << 16
"""Bytes; a longer line is no sentence."""
MAX_JOINED = 10
"""Lines that a quoted CSV field may run over."""
_SAMPLE = 1 << 18

Report = Callable[[int, str], None]
"""Called with the number of a line and what is wrong with it."""

OFFICERS = re.compile(
    r"^(?:坐席|座席|客服|话务|接线|接警|工作人员|民警|警官|值班|窗口|机器人|agent|officer|operator|staff|bot|ivr|robot)"
    r"(?:员|人员|代表|台|员工)?[\s_#号-]*\d*号?$",
    re.IGNORECASE,
)
_CALLERS = re.compile(
    r"^(?:客户|市民|群众|来电人?|来电者|用户|居民|办事人|咨询人|主叫|对方|caller|customer|user|client|citizen|"
    r"说话人|发言人|speaker|先生|女士|大爷|大妈)[\s_#号-]*\d*号?$",
    re.IGNORECASE,
)
# Words that a name or role does not hold, but the beginning of a sentence with a colon does.
_NO_NAME = re.compile(r"[我你您他她它是的了吗呢问说想要办啥什么怎]")
_PREFIX = re.compile(r"^(?P<speaker>[^::\s,。,]{1,10})\s*[::]\s*(?P<text>\S.*)$")
_TIME = re.compile(
    r"^[\[((【]?\s*(?P<time>(?:\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?[\sT]*)?\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?)\s*[\]))】]?\s*"
)
_SRT_TIME = re.compile(r"^(\d{1,2}:\d\d:\d\d[,.]\d{1,3})\s*-->\s*\d")
_NEW_CALL = re.compile(
    r"^(?:[#=*\-]{2,}\s*(?:通话|录音|会话|call)|(?:通话|录音|会话|call)\s*(?:编号|号码?|id)?\s*[:#]?(?=\s*[A-Za-z0-9]))"
    r"\s*(?:编号|号码?|id)?\s*[:#]?\s*(?P<id>[A-Za-z0-9_.\-]{0,40}?)\s*[#=*\-]*$",
    re.IGNORECASE,
)

_TEXT = ("text", "content", "utterance", "sentence", "transcript", "words", "内容", "文本", "文字", "话语", "对话内容")
_SPEAKER = ("speaker", "role", "channel", "party", "说话人", "角色", "身份", "发言人")
_CALL = (
    "call",
    "call_id",
    "callid",
    "session",
    "session_id",
    "conversation",
    "通话编号",
    "通话",
    "录音编号",
    "流水号",
    "会话",
)
_TIMES = ("time", "start", "start_time", "begin", "begin_time", "timestamp", "时间", "开始时间")


@dataclass(frozen=True)
class Turn:
    """One thing somebody said. ``speaker`` is empty where the file does not tell."""

    line: int
    text: str
    speaker: str = ""
    call: str = ""
    time: str = ""

    def by_caller(self, officers: Sequence[str] = ()) -> bool:
        """Whether the caller said it; unknown speakers count as callers."""
        return not (OFFICERS.match(self.speaker) or self.speaker in officers)


class Recording:
    """One transcript file.

    Attributes:
        offset: bytes read so far, for progress.
    """

    def __init__(self, path: Path, report: Report) -> None:
        self._path, self._report = path, report
        self.offset = 0

    def turns(self) -> Iterator[Turn]:
        """What was said, in order. Line numbers only grow."""
        readers = {".jsonl": self._jsonl, ".csv": self._csv, ".txt": self._txt, ".srt": self._srt}
        return readers[self._path.suffix.lower()]()

    def _lines(self) -> Iterator[tuple[int, str]]:
        encoding = encoding_of(self._path)
        if encoding.startswith("utf-16"):
            yield from self._wide_lines(encoding)
            return
        name = {"utf-8": "UTF-8", "gb18030": "GB18030"}[encoding]
        with self._path.open("rb") as handle:
            number = 0
            while raw := handle.readline(MAX_LINE):
                number += 1
                self.offset = handle.tell()
                if len(raw) == MAX_LINE and not raw.endswith(b"\n"):
                    while (more := handle.readline(MAX_LINE)) and not more.endswith(b"\n"):
                        pass
                    self._report(number, f"太长,超过 {MAX_LINE} 字节")
                    continue
                try:
                    text = raw.decode(encoding).rstrip("\r\n")
                except UnicodeDecodeError:
                    self._report(number, f"不是 {name}")
                    continue
                yield number, text.removeprefix("\ufeff") if number == 1 else text

    def _wide_lines(self, encoding: str) -> Iterator[tuple[int, str]]:
        with self._path.open(encoding=encoding, errors="replace", newline=None) as handle:
            number = 0
            while text := handle.readline(MAX_LINE):
                number += 1
                self.offset += 2 * len(text)
                if "\ufffd" in text:
                    self._report(number, "不是 UTF-16")
                    continue
                yield number, text.rstrip("\r\n").removeprefix("\ufeff")

    def _jsonl(self) -> Iterator[Turn]:
        for number, line in self._lines():
            if not line.strip():
                continue
            try:
                fields = json.loads(line)
                if not isinstance(fields, dict):
                    raise BadInput("不是 JSON 对象")
                yield _from_fields(fields, number)
            except RecursionError:
                self._report(number, "JSON 嵌套太深")
            except BadInput as error:
                self._report(number, str(error))
            except ValueError:
                self._report(number, "不是 JSON")

    def _csv(self) -> Iterator[Turn]:
        lines = self._lines()
        header: list[str] = []
        delimiter = ","
        waiting: deque[tuple[int, str]] = deque()
        while True:
            number, line = waiting.popleft() if waiting else next(lines, (0, ""))
            if not number:
                return
            if not line.strip():
                continue
            if not header:
                delimiter = max(",\t;", key=line.count)
                header = [name.strip().lower() for name in _row(line, delimiter) or []]
                if not set(header) & set(_TEXT):
                    self._report(number, f"第一行要有一列叫 {'、'.join(_TEXT[:3])} 或 内容")
                    return
                continue
            row = _row(line, delimiter)
            if row is None:
                row = self._over_lines(line, delimiter, len(header), waiting, lines)
            if row is None:
                self._report(number, "引号没有成对")
                continue
            try:
                yield _from_fields(_named(header, row), number)
            except BadInput as error:
                self._report(number, str(error))

    def _over_lines(
        self, line: str, delimiter: str, columns: int, waiting: deque[tuple[int, str]], lines: Iterator[tuple[int, str]]
    ) -> list[str] | None:
        """A row whose quoted field goes on in the next lines; None if a quote is merely missing.

        A following line that is a whole row by itself shows that it is missing. Lines that do not belong
        to the row stay in ``waiting``.
        """
        joined, taken = line, 0
        while taken < MAX_JOINED:
            if taken == len(waiting):
                found = next(lines, None)
                if found is None:
                    return None
                waiting.append(found)
            following = waiting[taken][1]
            alone = _row(following, delimiter)
            if columns > 1 and alone is not None and len(alone) == columns:
                return None
            joined += "\n" + following
            taken += 1
            row = _row(joined, delimiter)
            if row is not None:
                if len(row) != columns:
                    return None
                for _ in range(taken):
                    waiting.popleft()
                return row
        return None

    def _txt(self) -> Iterator[Turn]:
        call, count = self._path.stem, 0
        for number, line in self._lines():
            text = line.strip()
            if not text:
                continue
            if heading := _NEW_CALL.match(text):
                count += 1
                call = heading["id"] or f"{self._path.stem}#{count}"
                continue
            time, text = _stamp(text)
            speaker, text = _spoken_by(text)
            if not time:
                time, text = _stamp(text)
            if text:
                yield Turn(number, text, speaker, call, time)

    def _srt(self) -> Iterator[Turn]:
        time, first, parts, speaker = "", 0, [], ""  # type: ignore[var-annotated]

        def spoken() -> Iterator[Turn]:
            if parts:
                yield Turn(first, " ".join(parts), speaker, self._path.stem, time)
                parts.clear()

        for number, line in self._lines():
            text = line.strip()
            if not text:
                yield from spoken()
                time = ""
            elif stamp := _SRT_TIME.match(text):
                yield from spoken()
                time = stamp[1]
            elif "-->" in text:
                self._report(number, "时间写法不对")
            elif not time:
                if not text.isdigit():
                    self._report(number, "这句话前面没有时间")
            else:
                found, said = _spoken_by(text)
                if found or not parts:
                    yield from spoken()
                    first, speaker = number, found
                parts.append(said)
        yield from spoken()


def encoding_of(path: Path) -> str:
    """``utf-8``, ``gb18030``, ``utf-16-le`` or ``utf-16-be``: what most lines of the beginning are written in."""
    with path.open("rb") as handle:
        sample = handle.read(_SAMPLE)
    if sample.startswith(codecs.BOM_UTF8):
        return "utf-8"
    for bom, name in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        # A broken line may begin so as well; only text of two bytes a character is full of zeros.
        if sample.startswith(bom) and sample.count(0) * 20 > len(sample):
            return name
    lines = [line for line in sample.split(b"\n")[:-1] or [sample] if not line.isascii()]
    readable = {name: sum(_decodes(line, name) for line in lines) for name in ("utf-8", "gb18030")}
    return "gb18030" if readable["gb18030"] > readable["utf-8"] and readable["utf-8"] * 2 < len(lines) else "utf-8"


def _decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _row(line: str, delimiter: str) -> list[str] | None:
    """The columns of one line, None if a quote stays open."""
    try:
        return next(csv.reader([line], delimiter=delimiter, strict=True), [])
    except csv.Error:
        # Strict reading also refuses a quote in the middle of a field, which people do write.
        if line.count('"') % 2 == 0:
            return next(csv.reader([line], delimiter=delimiter), [])
        return None


def _named(header: list[str], row: list[str]) -> dict[str, str]:
    """The row's fields. A comma too many belongs to the text, if the text comes last."""
    if len(row) > len(header) and header[-1] in _TEXT:
        row = [*row[: len(header) - 1], ",".join(row[len(header) - 1 :])]
    if len(row) > len(header):
        raise BadInput(f"有 {len(row)} 列,第一行只有 {len(header)} 列")
    return dict(zip(header, row, strict=False))


def _from_fields(fields: dict[str, Any], line: int) -> Turn:
    lowered = {str(name).strip().lower(): value for name, value in fields.items()}

    def first(names: Sequence[str]) -> str:
        for name in names:
            value = lowered.get(name)
            if isinstance(value, str | int | float) and not isinstance(value, bool) and str(value).strip():
                return str(value).strip()
        return ""

    text = first(_TEXT)
    if not text:
        raise BadInput("没有 text 字段,或者是空的")
    return Turn(line, text, first(_SPEAKER), first(_CALL), first(_TIMES))


def _stamp(text: str) -> tuple[str, str]:
    match = _TIME.match(text)
    return (match["time"].strip(), text[match.end() :]) if match else ("", text)


def _spoken_by(text: str) -> tuple[str, str]:
    """The speaker before the colon, if it is one, and the rest."""
    match = _PREFIX.match(text)
    if match is None:
        return "", text
    speaker = match["speaker"]
    known = OFFICERS.match(speaker) or _CALLERS.match(speaker)
    if known or (len(speaker) <= 4 and not _NO_NAME.search(speaker)):
        return speaker, match["text"]
    return "", text


def files_of(source: Path, leave_out: Sequence[Path] = ()) -> list[Path]:
    """The transcript files named by a file or folder, sorted.

    Raises:
        BadInput: there is nothing readable.
    """
    if source.is_dir():
        found = sorted(path for path in source.rglob("*") if path.suffix.lower() in ENDINGS and path.is_file())
    else:
        found = [source] if source.is_file() and source.suffix.lower() in ENDINGS else []
    found = [path for path in found if path not in leave_out]
    if not found:
        raise BadInput(f"{source} 里没有 {'、'.join(ENDINGS)} 文件 / no transcript found")
    return found
