from __future__ import annotations

from pathlib import Path

from knowledge.catalogue import Catalogue, read_all
from knowledge.statistics import lines

SMALL = Path(__file__).parents[1] / "data" / "knowledge"


def test_counts_of_the_small_knowledge_base() -> None:
    catalogue, _ = read_all(SMALL)
    printed = list(lines(catalogue))
    assert printed[0] == "事项 3,警种 2,可网办 2,窗口 2"
    assert "要素 documents: 1/3" in printed
    assert "要素 fee: 1/3" in printed
    assert "材料 2 条,有出处 2 条(100%)" in printed
    assert "事实 12 条,有出处 12 条" in printed
    assert "出处 法律条文: 4" in printed
    assert "出处 天津网页和通知: 2" in printed
    assert "已核定 0,待核定 3" in printed
    assert "窗口有地址 1,已核实 1" in printed
    assert "转介 2,有电话 1" in printed
    assert "一件事 2,涉及事项 3" in printed


def test_published_counts_and_every_fact_has_a_source(catalogue: Catalogue) -> None:
    printed = "\n".join(lines(catalogue))
    assert "事项 312,警种 12,可网办 289,窗口 358" in printed
    assert "窗口 市级 18,区级 88,派出所 252" in printed
    facts = next(line for line in printed.splitlines() if line.startswith("事实"))
    counted, sourced = [int(word) for word in facts.replace("事实 ", "").replace(" 条", "").split(",有出处 ")]
    assert counted == sourced > 3000
