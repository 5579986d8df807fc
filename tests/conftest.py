"""What holds for all tests."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

# No test asserts a time: machines are noisy, and a slow example is no fault.
settings.register_profile("mailbridge", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("mailbridge")


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    """Take back what `serve` sets up when it runs inside a test: its stream ends with the test."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
