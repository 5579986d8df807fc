"""The process that takes mail loads nothing that only the walk, the book or the letters need."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("sqlalchemy", "alembic", "jinja2", "pyhanko", "cryptography", "lxml", "dkim", "imapclient", "icalendar")


@pytest.mark.parametrize("module", ["mailbridge.settings", "mailbridge.wiring.app", "mailbridge.smtp_hooks.server"])
def test_taking_mail_does_without_the_libraries_behind_it(module: str) -> None:
    program = f"import sys, {module}; print(sorted(set({HEAVY!r}) & sys.modules.keys()))"
    ran = subprocess.run([sys.executable, "-P", "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
