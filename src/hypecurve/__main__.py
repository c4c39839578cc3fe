"""`hypecurve` and `python -m hypecurve`."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

USAGE_ERROR = 2
_INTERRUPTED = 130


def main() -> None:
    """Run a command; whatever a person can mend is one line and exit status 2."""
    # Asking for the version must not cost the import of the command line.
    if sys.argv[1:] in (["--version"], ["-V"]):
        from importlib.metadata import version  # noqa: PLC0415

        print(f"hypecurve {version('hypecurve')}")  # noqa: T201 - the command's answer
        return
    with _ending_quietly():
        from hypecurve.cli import app  # noqa: PLC0415
        from hypecurve.domain.errors import HypecurveError  # noqa: PLC0415

    try:
        status = app(standalone_mode=False)
    except HypecurveError as error:
        _fail(str(error))
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)
    except Exception as error:
        # Typer brings its own copy of Click or uses the one there is, so its errors for a slip in
        # the command have no class to name here; they are those that can say how to go on.
        tell = getattr(error, "format_message", None)
        if tell is None:
            raise
        said = str(tell()).strip()
        if not said:  # no command at all: its help was shown
            sys.exit(USAGE_ERROR)
        context = getattr(error, "ctx", None)
        command = "" if context is None else " ".join(context.command_path.split()[1:])
        stop = "" if said.endswith((".", "?")) else "."
        _fail(f"{said}{stop} See {f'hypecurve {command}'.strip()} --help.")
    if status:
        sys.exit(status)


def _fail(text: str) -> None:
    line = " ".join(text.split())
    print(f"hypecurve: {line}", file=sys.stderr)  # noqa: T201 - the command's answer
    sys.exit(USAGE_ERROR)


@contextmanager
def _ending_quietly() -> Iterator[None]:
    """While the program is loaded, let Ctrl-C end it as it ends any: without a traceback."""
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


if __name__ == "__main__":
    main()
