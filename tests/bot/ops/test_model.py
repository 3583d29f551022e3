from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.errors import NotReady
from bot.ops.model import ROOT, _check_domain


def test_an_invalid_domain_is_named_before_training(tmp_path: Path) -> None:
    folder = tmp_path / "domain"
    shutil.copytree(ROOT / "domain", folder)
    _check_domain(folder)
    domain = folder / "domain.yml"
    text = domain.read_text(encoding="utf-8")
    assert "  - ask: {use_entities: []}\n" in text
    again = "  - ask: {use_entities: []}\n"
    domain.write_text(text.replace(again, again * 2, 1), encoding="utf-8")
    with pytest.raises(NotReady, match="ask"):
        _check_domain(folder)
