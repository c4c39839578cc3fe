"""The tickets in sockets' addresses: each opens a socket, and is not for the log."""

from __future__ import annotations

import logging
import re

_ADDRESS = re.compile(r"wss?://[^\s'\"]+")


class _WithoutTickets(logging.Filter):
    """Takes the socket's address out of what is logged: the ticket in it opens the socket."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = _ADDRESS.sub("(the socket)", record.getMessage()), ()
        record.exc_info = record.exc_text = None
        return True


_WITHOUT_TICKETS = _WithoutTickets()


def socket_logger() -> logging.Logger:
    """Return a logger for slack_sdk's socket that tells no ticket."""
    logger = logging.getLogger("hypecurve_slack.socket")
    logger.setLevel(logging.WARNING)  # it tells every coming and going of a session
    logger.addFilter(_WITHOUT_TICKETS)  # a filter that is there already is not added again
    return logger
