"""What `mailbridge init` writes."""

from __future__ import annotations

import tomllib
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from mailbridge.settings import check_files, default_policy, load, sample
from mailbridge.settings.sample import agency_id, toml_text, write_sample
from mailbridge.settings.written import MainFile
from tests.settings.builders_settings import shipped

REPOSITORY = Path(__file__).parents[2]


def test_the_shipped_configuration_has_no_finding(tmp_path: Path) -> None:
    assert [str(problem) for problem in check_files(shipped(tmp_path), {})] == []


def test_the_folder_config_is_the_sample(tmp_path: Path) -> None:
    """When this fails: run `mailbridge init` with the values of `shipped` into an empty `config/`."""
    wanted = {path.relative_to(tmp_path): path for path in shipped(tmp_path).rglob("*") if path.is_file()}
    folder = REPOSITORY / "config"
    found = {path.relative_to(folder): path for path in folder.rglob("*") if path.is_file()}
    assert sorted(found) == sorted(wanted)
    for name, path in wanted.items():
        assert found[name].read_text(encoding="utf-8") == path.read_text(encoding="utf-8"), name
    assert check_files(folder, {}) == ()


def test_the_values_stand_where_they_belong(tmp_path: Path) -> None:
    folder = shipped(tmp_path, name='Sở "Nội vụ" $id \\ tỉnh', data=str(tmp_path / "dữ liệu"), zone="kinds.toml")
    settings = load(folder, {"MAILBRIDGE_DATABASE_URL": "postgresql://db/mb"})
    (agency,) = settings.agencies
    assert (agency.id, agency.name) == ("sonv", 'Sở "Nội vụ" $id \\ tỉnh')
    assert agency.domains == ("sonv.backan.gov.vn",)
    assert settings.data == tmp_path / "dữ liệu"
    assert settings.dns.zone == folder / "kinds.toml"
    assert settings.listeners[0].next_hop == settings.outbound.next_hop


@pytest.mark.parametrize(
    ("domain", "name"),
    [("sonv.backan.gov.vn", "sonv"), ("So-NV.vn", "so-nv"), ("36phopho.vn", "agency-36phopho"), ("", "agency-")],
)
def test_an_agency_gets_an_id_from_its_domain(domain: str, name: str) -> None:
    assert agency_id(domain) == name.rstrip("-")


@hypothesis_settings(max_examples=100, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=12))
def test_any_text_survives_the_writing(text: str) -> None:
    assert tomllib.loads(f"x = {toml_text(text)}") == {"x": text}


def test_files_that_are_there_stay(tmp_path: Path) -> None:
    (tmp_path / "books.toml").write_text("mine")
    write_sample(tmp_path, {"books.toml": "new", "kinds.toml": "new"})
    assert (tmp_path / "books.toml").read_text() == "mine"
    assert (tmp_path / "kinds.toml").read_text() == "new"


def test_every_key_of_the_configuration_is_explained(tmp_path: Path) -> None:
    """Each key stands in the sample, as a line or behind a comment sign."""
    text = (shipped(tmp_path) / "mailbridge.toml").read_text(encoding="utf-8")
    for field in fields(MainFile):
        kind: Any = get_type_hints(MainFile)[field.name]
        inner: Any = next((each for each in (kind, *get_args(kind)) if is_dataclass(each)), None)
        assert inner is None or f"[{field.name}]" in text, field.name
        for name in [each.name.rstrip("_") for each in fields(inner)] if inner else [field.name]:
            ways = (f"\n{name} = ", f"\n# {name} = ", f"\n# [[{field.name}.{name}]]")
            assert any(way in text for way in ways), f"{field.name}.{name}"


def test_without_a_configuration_the_shipped_rules_hold() -> None:
    policy = default_policy("en")
    assert policy.language == "en"
    assert "official-signed" in [rule.name for rule in policy.rules.rules]
    assert policy.books[0].id == "den"


def test_examples_do_not_depend_on_the_agency(tmp_path: Path) -> None:
    folder = shipped(tmp_path, name="Sở Nội vụ", domain="noivu.example.gov.vn")
    assert check_files(folder, {}) == ()


def test_the_sample_says_nothing_of_this_machine() -> None:
    texts = sample(
        name="n", domain="d.vn", address="a@d.vn", clerk="c@d.vn", listen="l:1", next_hop="n:2", database="x", data="y"
    )
    assert not any("/work" in text or str(REPOSITORY) in text for text in texts.values())
