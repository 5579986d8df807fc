"""Logs of the running program: JSON lines on stderr, or readable text on a terminal."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

import structlog

_OWN_OF_RECORDS = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}
"""What every log record has; all else are the facts that were given with it."""

# The object is made once: json.dumps with options makes one for each call.
_ENCODER = json.JSONEncoder(ensure_ascii=False, default=repr, check_circular=False)


class JsonLines(logging.Formatter):
    """One JSON object a line: the facts; `event`, `level`, `logger`, `timestamp`; with an error `exception`."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a record; what JSON does not know stands as Python shows it."""
        line = {name: value for name, value in vars(record).items() if name not in _OWN_OF_RECORDS}
        line["event"] = record.getMessage()
        line["level"] = record.levelname.lower()
        line["logger"] = record.name
        line["timestamp"] = datetime.fromtimestamp(record.created, UTC).isoformat().replace("+00:00", "Z")
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return _ENCODER.encode(line)


def set_up_logs(*, verbose: bool = False) -> None:
    """Send all logs to stderr; call once, at the start of `serve`."""
    # Nobody is told thread, process or line of code, so nobody has to look for them (logging, "Optimization").
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging._srcfile = None
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_for_people() if sys.stderr.isatty() else JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)  # libraries; ours tell more
    logging.getLogger("mailbridge").setLevel(logging.DEBUG if verbose else logging.INFO)
    logging.getLogger("mail.log").setLevel(logging.ERROR)  # aiosmtpd writes whole SMTP lines there


def _for_people() -> logging.Formatter:
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[structlog.typing.Processor] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.dev.ConsoleRenderer(),
    ]
    return structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=last)
