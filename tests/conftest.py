"""What all tests share: both databases, a log that is as it was, a Ctrl-C that means something."""

import gc
import logging
import os
import signal
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import settings

pytest_plugins = ["support.databases", "support.kept"]

# HYPOTHESIS_PROFILE=thorough looks for hours where the usual run takes minutes.
settings.register_profile("usual", max_examples=25)
settings.register_profile("thorough", max_examples=2_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "usual"))

# Where the tests run in the background of a shell, Ctrl-C is ignored, and so it would be by every
# process that they start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# The collector of cyclic garbage goes through all that was loaded again and again: a seventh of the
# whole run. What the tests leave is little, so that it may come seldom.
gc.set_threshold(20_000, 20, 50)

# What mostly waits, for processes and their ends, begins first and side by side with what computes.
_WAITING = (
    "tests/end_to_end/",
    "tests/soak/",
    "tests/unit/cli/test_stopping.py",
    "tests/unit/cli/test_processes.py",
    "tests/contracts/test_resilience.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what waits before what computes; each keeps the order that it was shuffled into."""
    items.sort(key=lambda item: not item.nodeid.startswith(_WAITING))


@pytest.fixture(autouse=True)
def _log_as_it_was() -> Iterator[None]:
    """Let what a command sets up of the log end with its test: others read theirs."""
    root, configured = logging.getLogger(), structlog.get_config()
    level, handlers = root.level, [*root.handlers]
    yield
    if root.level == level:
        return
    root.setLevel(level)
    structlog.configure(**configured)
    for handler in [*root.handlers]:
        ours = isinstance(handler.formatter, structlog.stdlib.ProcessorFormatter)
        if ours and handler not in handlers:
            root.removeHandler(handler)
