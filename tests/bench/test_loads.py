from __future__ import annotations

from bench.loads import Load, Measured, measured, middle, ratio
from tests.bench.builders_bench import one

FAST = Load(mails="text3k", connections=8, each=20)


def _rate(found: Measured) -> float:
    return found.delivered


def test_the_ratio_is_taken_within_each_round_so_that_noise_cancels_out() -> None:
    found = [
        one("mailbridge", 0, delivered=200.0),
        one("postfix", 0, delivered=100.0),
        one("mailbridge", 1, delivered=20.0),
        one("postfix", 1, delivered=10.0),
        one("mailbridge", 2, delivered=300.0),
        one("postfix", 2, delivered=100.0),
    ]
    assert ratio(found, "mailbridge", "postfix", _rate) == 2.0
    assert middle(found, "mailbridge", _rate) == 200.0


def test_without_the_peer_there_is_no_ratio() -> None:
    assert ratio([one("mailbridge", 0)], "mailbridge", "postfix", _rate) is None
    assert middle([], "mailbridge", _rate) is None


def test_a_peer_that_delivered_nothing_gives_no_ratio() -> None:
    found = [one("mailbridge", 0), one("postfix", 0, delivered=0.0)]
    assert ratio(found, "mailbridge", "postfix", _rate) is None


def test_what_the_generator_says_is_read() -> None:
    said = {
        "messages": 10,
        "delivered": 11,
        "delivered_unique": 9,
        "delivered_per_s": None,
        "cpu_ms_per_msg": 1.5,
        "dot_ms": {"p50": None, "p99": 2.0},
        "peak_rss_mb": 20.0,
        "errors": {"data 451": 2, "closed in body": 1},
        "lost": 1,
        "steal": 0.0,
    }
    read = measured(said, target="postfix", turn=3)
    assert (read.delivered, read.p50, read.p99, read.errors, read.lost, read.doubled) == (0.0, 0.0, 2.0, 3, 1, 2)


def test_a_load_at_a_rate_says_so_in_its_name() -> None:
    assert FAST.name == "text3k, 8 connections"
    assert Load(mails="official", connections=16, each=20, rate=49.6).name == "official, 16 connections, 50 mails/s"
