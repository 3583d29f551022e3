from __future__ import annotations

from pathlib import Path

import pytest

from bot.nlu.calibration import FOLDER, check_samples, read_samples
from bot.nlu.examples import VOICES
from knowledge.catalogue import Catalogue
from knowledge.errors import FaultsFound

ROOT = Path(__file__).resolve().parents[3]
HEADER = "qid,text,code,also,style,aspect,decision\n"


def write(tmp_path: Path, text: str) -> Path:
    folder = tmp_path / "data" / "calibration"
    folder.mkdir(parents=True)
    (folder / "a.csv").write_text(text, encoding="utf-8")
    return folder


def test_the_three_kinds_of_rows(tmp_path: Path) -> None:
    rows = [
        "1,身份证丢了,HZ-059,HZ-063,plain,fee,answer",
        "2,换证,,HZ-057|JG-054,ambiguous,,clarify",
        "3,社保卡丢了,,,x,,refer",
    ]
    one, several, outside = read_samples(write(tmp_path, HEADER + "\n".join(rows)))
    assert one.right == {"HZ-059", "HZ-063"} and not one.several and one.aspect == "fee" and one.style == "plain"
    assert not several.right and several.several
    assert not outside.right and not outside.several


@pytest.mark.parametrize(
    ("text", "said"),
    [("qid,question\n1,x\n", "缺少 text 或 code 列"), (HEADER + "1,,HZ-059,,plain,,\n", "没有文字")],
)
def test_a_bad_file_names_what_is_wrong(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(FaultsFound) as caught:
        read_samples(write(tmp_path, text))
    assert said in caught.value.faults[0].problem


def test_no_folder_means_no_samples(tmp_path: Path) -> None:
    assert read_samples(tmp_path / "nowhere") == []


def test_unknown_codes_and_aspects_are_faults(tmp_path: Path, catalogue: Catalogue) -> None:
    write(tmp_path, HEADER + "1,身份证丢了,HZ-999,,plain,colour,answer\n")
    found = [fault.problem for fault in check_samples(tmp_path, catalogue)]
    assert any("HZ-999" in problem for problem in found) and any("colour" in problem for problem in found)


def test_ours_cover_every_matter_and_voice(catalogue: Catalogue) -> None:
    samples = read_samples(FOLDER)
    assert {code for sample in samples for code in sample.right} >= set(catalogue.matters)
    assert {sample.style for sample in samples} >= set(VOICES)
    assert sum(sample.several for sample in samples) >= 100
    assert not check_samples(ROOT, catalogue)
