"""Commands as short text, for tables of phrasings."""

from __future__ import annotations

from typing import assert_never

from mailbridge.commands.command import (
    Assign,
    BatchConfirm,
    Command,
    Confirm,
    Correct,
    Dismiss,
    Find,
    Help,
    Merge,
    Return,
    Undo,
    Void,
)


def told(commands: tuple[Command, ...]) -> str:
    """Write commands on one line, such as "confirm + assign lead=[VP] due=2026-08-15"."""
    return " + ".join(map(_told, commands))


def _told(command: Command) -> str:
    match command:
        case Confirm() | Undo() | Help():
            return type(command).__name__.lower()
        case Correct(values=values):
            return " ".join(["correct", *(f"{name}=[{text}]" for name, text in values)])
        case Assign(lead=lead, cooperating=cooperating, due=due, direction=direction):
            said = {"lead": lead, "with": ", ".join(cooperating), "due": due, "direction": direction}
            return " ".join(["assign", *(f"{name}=[{text}]" for name, text in said.items() if text)])
        case Dismiss(why=why):
            return f"dismiss [{why}]" if why else "dismiss"
        case Return(why=why):
            return f"return [{why}]"
        case Void(why=why):
            return f"void [{why}]"
        case Merge(into=into):
            return f"merge [{into}]"
        case Find(text=text):
            return f"find [{text}]"
        case BatchConfirm(all_lines=all_lines, numbers=numbers, but=but):
            what = "all" if all_lines else ",".join(map(str, numbers))
            return f"batch {what}" + (f" but {','.join(map(str, but))}" if but else "")
        case _:
            assert_never(command)
