"""Start of the program: `fpsheet`, and `python -m fpsheet`."""

import sys


def main() -> int:
    """Run the command line on the arguments of the process, and return its exit code."""
    from fpsheet.cli.program import run
    from fpsheet.private_temp import private_temp

    with private_temp():
        return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
