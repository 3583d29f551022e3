"""Reading YAML fast and writing it in one canonical form, so that a round trip changes no byte."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from knowledge.errors import Fault, FaultsFound
from knowledge.models import Record

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Dumper(yaml.SafeDumper):
    """Block style, list items indented under their key: easier on an editor's eye."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def read(path: Path, root: Path | None = None) -> Any:
    """The content of one YAML file.

    Raises:
        FaultsFound: with line and column when the file is not YAML at all.
    """
    name = path.relative_to(root).as_posix() if root else path.name
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - it is the safe loader
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"第 {mark.line + 1} 行第 {mark.column + 1} 列" if mark else "整个文件"
        problem = getattr(error, "problem", None) or str(error)
        fault = Fault(name, where, f"不是合格的 YAML({problem})", "检查这一行的缩进、冒号和引号")
        raise FaultsFound([fault]) from error
    except OSError as error:
        raise FaultsFound([Fault(name, "整个文件", "文件不存在或打不开", "恢复这个文件")]) from error
    except UnicodeDecodeError as error:
        raise FaultsFound([Fault(name, "整个文件", "不是 UTF-8 编码", "另存为 UTF-8")]) from error


def parse(text: str) -> Any:
    """The content of YAML that is known to be well formed."""
    return yaml.load(text, Loader=_Loader)  # noqa: S506 - it is the safe loader


def dump(data: Any) -> str:
    """``data`` in the canonical form of our files."""
    return yaml.dump(data, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10_000, default_flow_style=False)


def canonical(record: Record) -> str:
    """A record as its file should read: fields in the model's order, nothing that says nothing."""
    return dump(plain(record))


def plain(record: Record) -> dict[str, Any]:
    """A record as plain data, without fields that say nothing."""
    out: dict[str, Any] = _plain(record.dict(exclude_none=True, exclude_defaults=True))
    return out


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items() if item not in ([], {})}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
