"""The URL of the database: what can be said of it without opening it."""

from __future__ import annotations

from pathlib import Path

from mailbridge.settings.values import is_folder

DATABASE_VARIABLE = "MAILBRIDGE_DATABASE_URL"
"""The one setting that may come from the environment, since it can hold a password."""

_SQLITE = "sqlite:///"
_POSTGRESQL = ("postgresql://", "postgresql+psycopg://")


def check_database_url(url: str, data: Path) -> tuple[str, str] | None:
    """Return what is wrong with a URL and what to do; None when nothing is. It never repeats the URL: passwords."""
    if url.startswith(_POSTGRESQL):
        return None
    if not url.startswith("sqlite:"):
        return (
            "is not a URL of SQLite or PostgreSQL",
            'write "sqlite:////var/lib/mailbridge/mailbridge.db" or "postgresql+psycopg://user@host/name"',
        )
    path = url.removeprefix(_SQLITE).partition("?")[0]
    if not url.startswith(_SQLITE) or path in ("", ":memory:"):
        return ("is a database in memory, the book would be lost", "name a file")
    file = Path(path)
    if not file.is_absolute():
        return ("is a relative path", 'begin the path with a slash: "sqlite:////var/lib/…" has four')
    if is_folder(file):
        return ("is a folder", "name a file in it, such as mailbridge.db")
    # The data folder itself is made at the first start.
    if not is_folder(file.parent) and not file.parent.is_relative_to(data.absolute()):
        return (f"lies in a folder that is not there: {file.parent}", "make the folder, or correct the path")
    return None
