"""A program that confirms mails until none waits, or it is killed; run by `test_desk_processes.py`."""

from __future__ import annotations

import sys
from dataclasses import replace

from mailbridge.desk.desk import Around, Desk, Refused, Via
from mailbridge.registry.database import open_database
from tests.demo.builders_demo import policy


def main(url: str, name: str) -> None:
    clerk = f"{name}@sonv.backan.gov.vn"
    around = Around(policies=(replace(policy(clerks=(clerk,))),), archive=lambda _case: None)
    desk = Desk(open_database(url), around)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    for each in desk.waiting():
        try:
            done = desk.confirm(each.mail_id, each.agency, by=clerk, via=Via.MAIL)
        except Refused as refused:
            said = f"{each.mail_id} refused {refused.code}"
        else:
            assert done.entry is not None
            said = f"{each.mail_id} {done.entry.number}"
        # Only what was said after the commit is a promise.
        sys.stdout.write(f"{said}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
