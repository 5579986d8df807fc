"""Makes measurements with good defaults."""

from __future__ import annotations

from bench.loads import Measured


def one(
    target: str,
    turn: int = 0,
    *,
    delivered: float = 100.0,
    cpu: float = 1.0,
    p99: float = 10.0,
    lost: int | None = 0,
    errors: int = 0,
) -> Measured:
    return Measured(
        round=turn,
        target=target,
        mails=100,
        delivered=delivered,
        cpu=cpu,
        p50=5.0,
        p99=p99,
        memory=20.0,
        errors=errors,
        lost=lost,
        doubled=0,
        steal=0.0,
    )
