"""What all tests share: both databases, a log that is as it was, a Ctrl-C that means something."""

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
