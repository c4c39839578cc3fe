"""`hypecurve` and `python -m hypecurve`."""

from __future__ import annotations

import sys

USAGE_ERROR = 2


def main() -> None:
    """Run a command; whatever a person can mend is one line and exit status 2."""
    # Asking for the version must not cost the import of the command line.
    if sys.argv[1:] in (["--version"], ["-V"]):
        from importlib.metadata import version  # noqa: PLC0415

        print(f"hypecurve {version('hypecurve')}")  # noqa: T201 - the command's answer
        return
    from hypecurve.domain.errors import HypecurveError  # noqa: PLC0415

    try:
        from hypecurve.cli import app  # noqa: PLC0415

        app()
    except HypecurveError as error:
        line = " ".join(str(error).split())
        print(f"hypecurve: {line}", file=sys.stderr)  # noqa: T201 - the command's answer
        sys.exit(USAGE_ERROR)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # `hypecurve list | head`: the reader has seen enough.
        sys.stderr.close()


if __name__ == "__main__":
    main()
