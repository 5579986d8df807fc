"""What holds for all tests."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# No test asserts a time: machines are noisy, and a slow example is no fault.
settings.register_profile("mailbridge", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("mailbridge")
