from __future__ import annotations

from pathlib import Path

import pytest

from mailbridge.letters.check import TemplateProblem, check_templates
from mailbridge.letters.compose import rendered
from mailbridge.letters.environment import Template, environment
from mailbridge.letters.samples import sample


def put(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_our_own_templates_are_sound() -> None:
    assert check_templates() == ()


def test_a_folder_that_does_not_exist_changes_nothing(tmp_path: Path) -> None:
    assert check_templates(tmp_path / "none") == ()


def test_one_file_of_the_agency_stands_in_for_ours(tmp_path: Path) -> None:
    put(tmp_path, "vi/accepted/subject.txt", "Đã nhận {{ documents[0].symbol or 'văn bản' }}\n")
    assert check_templates(tmp_path) == ()
    subject, text, _ = rendered(sample(), Template.ACCEPTED, "vi", environment(tmp_path))
    assert subject == "Đã nhận 3526/VPCP-KGVX"
    assert "Văn bản được đăng ký vào sổ" in text


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("a\nb {{ document_number }}\n", 2, "unknown field 'document_number'"),
        ("a\n\n{% if false %}{{ agency.fax }}{% endif %}\n", 3, "unknown field 'fax'"),
        ("a\n{{ documents[0].numbr }}\n", 2, "unknown field 'numbr'"),
        ("a\n{% if %}\n", 2, "Expected an expression"),
        ("a\nb\n{{ 1 // 0 }}\n", 3, "division"),
        ("a\n{{ agency.phone.upper() }}\n", 2, "None"),
        ("a\n{{ agency.__class__ }}\n", 2, "unknown field '__class__'"),
        ("a\n{{ agency['nothing'] }}\n", 2, "no attribute 'nothing'"),
        ("a\n{% include 'missing.txt' %}\n", 2, "missing.txt"),
    ],
)
def test_a_slip_is_found_with_file_and_line(tmp_path: Path, text: str, line: int, problem: str) -> None:
    path = put(tmp_path, "vi/accepted/body.txt", text)
    found = check_templates(tmp_path)
    assert [(each.file, each.line) for each in found] == [(str(path), line)]
    assert problem in found[0].problem
    assert found[0].remedy


def test_a_file_that_no_letter_reads_is_named(tmp_path: Path) -> None:
    path = put(tmp_path, "vi/acepted/body.txt", "x")
    (found,) = check_templates(tmp_path)
    assert isinstance(found, TemplateProblem)
    assert found.file == str(path)
    assert "accepted" in found.remedy


def test_an_empty_letter_and_another_encoding_are_named(tmp_path: Path) -> None:
    empty = put(tmp_path, "vi/accepted/subject.txt", "\n")
    bad = put(tmp_path, "en/notice/body.txt", "Kính gửi".encode("utf-16"))
    found = {(each.file, each.problem.partition(":")[0]) for each in check_templates(tmp_path)}
    assert found == {(str(empty), "nothing comes out of it"), (str(bad), "not UTF-8")}


def test_templates_may_use_names_of_their_own(tmp_path: Path) -> None:
    put(
        tmp_path,
        "vi/accepted/body.txt",
        "{% set name = agency.name %}{% macro m(x) %}[{{ x }}]{% endmacro %}"
        "{% for d in documents %}{{ loop.index }} {{ m(name) }} {{ d.name | upper }}{% endfor %}",
    )
    assert check_templates(tmp_path) == ()
