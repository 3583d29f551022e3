"""What `onedoor check` says about training questions, on small files written here."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.nlu.lint import check_questions, near_questions
from bot.nlu.near import Line, Near, NearIndex
from knowledge.catalogue import Catalogue

# Enough other questions of other labels that the rare characters are rare.
OTHERS = {
    "HZ-902": [
        "测试证坏了怎么换",
        "测试证摔裂了想换",
        "旧测试证换新的",
        "测试证看不清换一个",
        "换测试证去哪",
        "测试证折了",
    ],
    "HZ-903": ["测试审批要什么材料", "审批去市里吗", "申请测试审批", "测试审批多久批", "审批的条件", "测试审批窗口"],
}
LOST = ["测试证丢了怎么补", "补一个测试证", "测试证找不着了", "测试证被偷了", "测试证没了咋整", "丢失测试证补领"]


@pytest.fixture
def small(small: Catalogue, tmp_path: Path) -> Catalogue:
    """The made-up catalogue without the real one's lexicon."""
    return replace(small, root=tmp_path)


def write(root: Path, questions: dict[str, list[str]], ambiguous: dict[str, list[str]] | None = None) -> None:
    folder = root / "data" / "nlu" / "household"
    folder.mkdir(parents=True, exist_ok=True)
    for code, texts in questions.items():
        lines = "\n".join(f"    - {text}" for text in texts)
        head = f"version: '3.1'\nnlu:\n- intent: ask\n  metadata: {{matter: {code}}}\n  examples: |\n"
        (folder / f"{code}.yml").write_text(f"{head}{lines}\n", "utf-8")
    for matters, texts in (ambiguous or {}).items():
        lines = "\n".join(f"    - {text}" for text in texts)
        head = f"version: '3.1'\nnlu:\n- intent: ask\n  metadata: {{matters: [{matters}]}}\n  examples: |\n"
        (folder / "ambiguous.yml").write_text(f"{head}{lines}\n", "utf-8")


def hold_out(root: Path, folder: str, text: str) -> None:
    (root / folder).mkdir(parents=True, exist_ok=True)
    (root / folder / "some.csv").write_text(
        f"qid,text,code,also,style,aspect\n1,{text},HZ-901,HZ-902,plain,\n", "utf-8"
    )


def problems(root: Path, catalogue: Catalogue) -> list[tuple[str, str]]:
    return [(fault.field, fault.problem) for fault in check_questions(root, catalogue)]


def pairs(found: list[Near]) -> set[frozenset[str]]:
    return {frozenset((pair.first.text, pair.second.text)) for pair in found}


def test_good_questions_have_no_faults(tmp_path: Path, small: Catalogue) -> None:
    write(tmp_path, {"HZ-901": LOST, **OTHERS})
    assert problems(tmp_path, small) == []
    assert near_questions(tmp_path) == ([], [])


@pytest.mark.parametrize("folder", ["tests/data/eval", "tests/data/blind", "data/calibration"])
def test_a_held_out_question_is_a_fault(tmp_path: Path, small: Catalogue, folder: str) -> None:
    write(tmp_path, {"HZ-901": LOST, **OTHERS})
    hold_out(tmp_path, folder, "测试证，丢了 怎么补？")
    assert problems(tmp_path, small) == [("测试证丢了怎么补", f"评测题({folder}/some.csv)不能用来训练")]


@pytest.mark.parametrize("folder", ["tests/data/eval", "tests/data/blind", "data/calibration"])
def test_a_nearly_held_out_question_is_listed_and_is_no_fault(tmp_path: Path, small: Catalogue, folder: str) -> None:
    write(tmp_path, {"HZ-901": LOST, **OTHERS})
    hold_out(tmp_path, folder, "我的测试证丢了怎么补呢")
    assert problems(tmp_path, small) == []
    across, (leak, *more) = near_questions(tmp_path)
    assert across == [] and more == []
    assert (leak.first.text, leak.second.text) == ("我的测试证丢了怎么补呢", "测试证丢了怎么补")
    assert leak.first.file == f"{folder}/some.csv" and leak.first.labels == {"HZ-901", "HZ-902"}
    assert "data/nlu/household/HZ-901.yml" in str(leak) and str(leak).startswith(f"{leak.similarity:.2f} ")


def test_exact_duplicates_across_matters_are_a_fault(tmp_path: Path, small: Catalogue) -> None:
    write(tmp_path, {"HZ-901": LOST, "HZ-902": [*OTHERS["HZ-902"], "测试证丢了,怎么补"], "HZ-903": OTHERS["HZ-903"]})
    assert [problem for _, problem in problems(tmp_path, small)] == [
        "与别的问法重复(另一处在 data/nlu/household/HZ-901.yml)"
    ]


def test_near_duplicates_across_matters_are_listed_the_nearest_first(tmp_path: Path, small: Catalogue) -> None:
    write(
        tmp_path,
        {
            "HZ-901": LOST,
            "HZ-902": [*OTHERS["HZ-902"], "测试证丢了怎么补去", "测试证丢了怎么补上"],
            "HZ-903": OTHERS["HZ-903"],
        },
    )
    assert problems(tmp_path, small) == []
    across, leaks = near_questions(tmp_path)
    assert leaks == []
    assert {
        frozenset(("测试证丢了怎么补", "测试证丢了怎么补去")),
        frozenset(("测试证丢了怎么补", "测试证丢了怎么补上")),
    } <= pairs(across)
    assert [pair.similarity for pair in across] == sorted((pair.similarity for pair in across), reverse=True)
    assert all(not pair.first.labels & pair.second.labels for pair in across)


def test_a_question_of_several_matters_is_not_listed_beside_one_of_them(tmp_path: Path, small: Catalogue) -> None:
    write(tmp_path, {"HZ-901": LOST, **OTHERS}, {"HZ-901, HZ-902": ["测试证丢了怎么补去"]})
    assert near_questions(tmp_path)[0] == []
    write(tmp_path, {}, {"HZ-902, HZ-903": ["测试证丢了怎么补去"]})
    assert frozenset(("测试证丢了怎么补", "测试证丢了怎么补去")) in pairs(near_questions(tmp_path)[0])


def line(text: str, *labels: str) -> Line:
    return Line(text, "f.yml", frozenset(labels))


def test_what_tells_matters_apart_outweighs_what_they_share() -> None:
    documents = "护照 驾照 绿本 狗证 枪证 签证 房本 军官证 居住证 迁移证 台胞证 回乡证".split()  # noqa: SIM905
    texts = [line(text, f"ask/{name}") for name in documents for text in (f"{name}丢了怎么补", f"我的{name}丢失了")]
    texts += [line("我的护照丢了怎么补", "ask/别的")]
    found = NearIndex(texts, [item.text for item in texts]).across()
    assert frozenset(("护照丢了怎么补", "我的护照丢了怎么补")) in pairs(found)
    assert all("护照" in pair.first.text and "护照" in pair.second.text for pair in found)


def test_nothing_to_compare() -> None:
    assert NearIndex([], []).across() == []
    assert NearIndex([], []).against([line("护照")], ["护照"]) == []
    assert NearIndex([line("护照", "a")], ["护照"]).against([line("")], [""]) == []
