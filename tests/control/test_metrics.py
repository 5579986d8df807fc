"""The figures, as Prometheus reads them."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from urllib.request import urlopen

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from mailbridge.control.metrics import Figures, Page
from mailbridge.control.status import ChildState, ProcessStatus
from mailbridge.errors import Unavailable
from tests.control.builders_control import CHILD, PARENT

REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "metrics.md"


def figures(*processes: ProcessStatus) -> dict[str, float]:
    registry = CollectorRegistry()
    registry.register(Figures(lambda: processes))
    text = generate_latest(registry).decode()
    return {
        sample.name + "".join(f"[{value}]" for _, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_what_parent_and_child_tell() -> None:
    found = figures(PARENT, CHILD)
    assert found["mailbridge_mails_total[hop][delivered]"] == 20
    assert found["mailbridge_mails_total[hop][refused]"] == 4
    assert found["mailbridge_mails_total[hop][unknown]"] == 1
    assert found["mailbridge_passed_without_copy_total[hop]"] == 5
    assert found["mailbridge_sessions[hop]"] == 3
    assert found["mailbridge_sessions_opened_total[hop]"] == 30
    assert found["mailbridge_sessions_refused_total[hop]"] == 2
    assert found["mailbridge_spool_waiting"] == 7
    assert found["mailbridge_spool_oldest_seconds"] == 12.5
    assert found["mailbridge_spool_set_aside"] == 1
    assert found["mailbridge_spool_unknown"] == 2
    assert found["mailbridge_database_up"] == 1
    assert found["mailbridge_letters_waiting"] == 4
    assert found["mailbridge_mails_held"] == 3
    assert found["mailbridge_ledger_gap"] == 0
    assert found["mailbridge_decided_total[register]"] == 2
    assert found["mailbridge_decided_after_seconds_count"] == 3
    assert found["mailbridge_decided_after_seconds_sum"] == 45.5
    assert found["mailbridge_decided_after_seconds_bucket[5.0]"] == 2
    assert found["mailbridge_child_restarts_total"] == 1
    assert found["mailbridge_child_up"] == 1
    assert found["mailbridge_role_up[work]"] == 1
    assert found["mailbridge_trust_expires_seconds[anchor]"] == 5_000_000
    assert found["mailbridge_trust_expires_seconds[list]"] == -60
    assert found["mailbridge_trust_unfetched"] == 1
    assert found["mailbridge_bypass"] == found["mailbridge_shadow"] == 0


def test_a_child_that_is_away_is_seen() -> None:
    assert PARENT.child is not None
    found = figures(replace(PARENT, bypass=True, child=replace(PARENT.child, state=ChildState.WAITING)))
    assert found["mailbridge_child_up"] == 0
    assert found["mailbridge_role_up[work]"] == 0
    assert found["mailbridge_role_up[hop]"] == 1
    assert found["mailbridge_bypass"] == 1
    assert "mailbridge_database_up" not in found


def test_labels_are_words_of_ours() -> None:
    text = generate_latest(_registry(PARENT, CHILD)).decode()
    assert set(re.findall(r'(\w+)="', text)) == {"door", "fate", "role", "action", "le", "kind"}


def _registry(*processes: ProcessStatus) -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(Figures(lambda: processes))
    return registry


def test_every_figure_stands_in_the_reference_and_nothing_else() -> None:
    names = set()
    for family in text_string_to_metric_families(generate_latest(_registry(PARENT, CHILD)).decode()):
        names.add(family.name + ("_total" if family.type == "counter" else ""))
    told = set(re.findall(r"`(mailbridge_\w+)`", REFERENCE.read_text("utf-8")))
    assert names == {name for name in told if not name.startswith("mailbridge_process_")}


def test_the_page_is_opened_and_closed() -> None:
    page = Page("127.0.0.1", 0, lambda: (PARENT, CHILD))
    with pytest.raises(Unavailable):
        _ = page.port
    page.start()
    with urlopen(f"http://127.0.0.1:{page.port}/metrics", timeout=20) as answer:
        text = answer.read().decode()
    assert "mailbridge_spool_waiting 7.0" in text
    assert "mailbridge_process_resident_memory_bytes" in text
    taken = Page("127.0.0.1", page.port, lambda: ())
    with pytest.raises(Unavailable, match="cannot listen"):
        taken.start()
    page.stop()
    page.stop()
