"""The import law of the design: who may import whom, and nothing heavy at import time."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# Package → what of ours and which heavy libraries it may import.
LAW: dict[str, set[str]] = {
    "knowledge": {"knowledge"},
    "bot.text": {"bot.text"},
    "bot.nlu": {"bot.nlu", "bot.text", "knowledge", "rasa", "spacy"},
    "bot.channels": {"bot.channels", "bot.text", "bot.ops", "bot.errors", "rasa", "sanic", "wechatpy", "aiohttp"},
    "actions": {"actions", "knowledge", "bot.text", "bot.ops", "rasa_sdk", "aiohttp"},
}
WATCHED = {"rasa", "rasa_sdk", "spacy", "sanic", "wechatpy", "aiohttp", "bot", "actions", "knowledge", "jieba"}
EXTRA = {"bot.text": {"jieba"}, "bot.nlu": set(), "knowledge": set()}
# The pure part of bot.nlu runs and is tested without Rasa.
RASA_ONLY_IN = "bot/nlu/components"


def imports_of(path: Path) -> Iterator[tuple[str, bool]]:
    """Every imported module and whether only type checkers import it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typing_only = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and ast.unparse(block.test).endswith("TYPE_CHECKING")
        for node in ast.walk(block)
    }
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        for name in names:
            yield name, id(node) in typing_only


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package.replace(".", "/")).rglob("*.py"))


@pytest.mark.parametrize("package", LAW)
def test_imports_point_one_way(package: str) -> None:
    allowed = LAW[package] | EXTRA.get(package, set())
    broken = []
    for path in modules(package):
        for name, typing_only in imports_of(path):
            if typing_only or name.split(".")[0] not in WATCHED or name == "bot":
                continue
            if not any(name == item or name.startswith(item + ".") for item in allowed):
                broken.append(f"{path.relative_to(ROOT)} imports {name}")
    assert not broken, "\n".join(broken)


def test_the_law_itself_sees_imports() -> None:
    found = {name for name, _ in imports_of(ROOT / "bot/nlu/components/understanding.py")}
    assert "rasa.engine.graph" in found


def test_rasa_stays_in_the_components_of_nlu() -> None:
    for path in modules("bot.nlu"):
        if RASA_ONLY_IN in path.as_posix():
            continue
        assert not [name for name, _ in imports_of(path) if name.split(".")[0] == "rasa"], path


def test_bot_package_is_empty() -> None:
    assert (ROOT / "bot/__init__.py").read_text() == ""


@pytest.mark.parametrize("module", ["knowledge.catalogue", "actions.guidance.respond", "bot.text.mask", "bot.cli"])
def test_importing_loads_no_rasa(module: str) -> None:
    code = f"import sys, {module}; print('rasa' in sys.modules or 'rasa_sdk' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert out.stdout.strip() == "False"
