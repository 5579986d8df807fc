"""`[[unit]]` of `mailbridge.toml`: the units that documents are handed over to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mailbridge.decision.findings import Agency
from mailbridge.decision.units import Unit
from mailbridge.settings.desk import Desk
from mailbridge.settings.lines import KeyPath
from mailbridge.settings.values import ADDRESS_REMEDY, NAME_REMEDY, is_mailbox, is_name
from mailbridge.settings.written import UnitTable


def read_units(tables: Sequence[UnitTable], agencies: Sequence[Agency], desk: Desk) -> Iterator[Unit]:
    """Check the tables and yield the units, in their order; what is wrong is noted on the desk."""
    ids = [agency.id for agency in agencies]
    known: set[tuple[str, str]] = set()
    for number, table in enumerate(tables):
        path: KeyPath = ("unit", number)
        agency = table.agency or (ids[0] if len(ids) == 1 else "")
        if agency not in ids:
            known_ids = ", ".join(f'"{each}"' for each in ids)
            desk.wrong((*path, "agency"), f'is not the id of an agency: "{agency}"', f"write one of {known_ids}")
        if not is_name(table.id):
            desk.wrong((*path, "id"), f'is not a name: "{table.id}"', NAME_REMEDY)
        if (agency, table.id) in known:
            desk.wrong((*path, "id"), f'stands twice: "{table.id}"', "give each unit of an agency its own id")
        known.add((agency, table.id))
        if not table.name.strip():
            desk.wrong((*path, "name"), "is empty", 'write its full name, such as "Phòng Tổ chức - Hành chính"')
        members = [((*path, "members", place), text) for place, text in enumerate(table.members)]
        written = [((*path, "address"), table.address)] if table.address else []
        for here, text in (*written, *members):
            if not is_mailbox(text):
                desk.wrong(here, f'is not a mail address: "{text}"', ADDRESS_REMEDY)
        yield Unit(
            agency=agency,
            id=table.id,
            name=table.name.strip(),
            address=table.address,
            members=table.members,
            others=table.others,
        )
