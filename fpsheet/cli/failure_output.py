"""Failure: what went wrong becomes one sentence and an exit code, never a traceback."""

import traceback
from collections.abc import Callable, Mapping
from enum import IntEnum

import click

from fpsheet.cli.command import CommandUsageError, suggest
from fpsheet.cli.console import Console
from fpsheet.cli.values import ChoiceValue
from fpsheet.cli.words import Words
from fpsheet_templates.errors import FpsheetError, SpecError, SpokenError
from fpsheet_templates.failure import in_language


class ExitCode(IntEnum):
    """What the program tells whoever started it."""

    DONE = 0
    FINDINGS = 1
    """Findings that block, or conflicts."""
    USAGE = 2
    """The command, a path, a setting or the place of the database: a person can put it right."""
    OURS = 3
    INTERRUPTED = 130
    """Ctrl-C, as shells have it."""


def run_guarded(run: Callable[[], int], *, words: Words, environment: Mapping[str, str]) -> int:
    """Run the program; whatever is raised becomes a sentence on standard error and an exit code.

    With `FPSHEET_DEBUG` set the traceback is shown as well. Nothing else may show one: a
    traceback can hold values of cells.
    """
    console = Console()
    try:
        return run()
    except click.exceptions.Exit as exit_wish:
        return exit_wish.exit_code
    except click.UsageError as error:
        console.warn(f"{words.get('program.word.error')} {_usage_sentence(error, words)}")
        command = error.ctx.command_path if error.ctx else "fpsheet"
        console.warn(words.fill("program.usage.see_help", {"command": command}))
        return ExitCode.USAGE
    except (KeyboardInterrupt, click.Abort):
        console.warn(words.get("program.interrupted"))
        return ExitCode.INTERRUPTED
    except FpsheetError as error:
        console.warn(f"{words.get('program.word.error')} {spoken(error, words)}")
        if not isinstance(error, SpecError):
            return ExitCode.USAGE
        console.warn(words.get("program.spec_remedy"))
        _show_traceback(environment)
        return ExitCode.OURS
    except OSError as error:
        from fpsheet.outside import outside_failure

        place = str(error.filename or words.get("program.word.file"))
        told = in_language(outside_failure(error, place), words.language)
        console.warn(f"{words.get('program.word.error')} {told}")
        _show_traceback(environment)
        return ExitCode.USAGE
    except Exception as error:  # noqa: BLE001 - the one place where nothing may pass
        _show_traceback(environment)
        # The text of an unknown exception may hold a cell's value; its class cannot.
        sentence = words.fill("program.ours", {"kind": type(error).__name__})
        console.warn(f"{sentence} {words.get('program.ours_remedy')}")
        return ExitCode.OURS


def spoken(error: FpsheetError, words: Words) -> str:
    """Say what went wrong in the person's language."""
    return in_language(error, words.language) if isinstance(error, SpokenError) else str(error)


def _show_traceback(environment: Mapping[str, str]) -> None:
    if environment.get("FPSHEET_DEBUG"):
        traceback.print_exc()


def _usage_sentence(error: click.UsageError, words: Words) -> str:
    """Say in the person's language what click found wrong."""
    match error:
        case CommandUsageError():
            return error.message
        case click.MissingParameter():
            is_argument = isinstance(error.param, click.Argument)
            kind = "missing_argument" if is_argument else "missing_option"
            sentence = words.fill(f"program.usage.{kind}", {"name": _name(error)})
            return f"{sentence}{_choices(error.param, words)}"
        case click.BadParameter():
            given = {"name": _name(error), "reason": error.message}
            return words.fill("program.usage.bad_value", given)
        case click.NoSuchOption():
            sentence = words.fill("program.usage.no_such_option", {"name": error.option_name})
            return f"{sentence}{suggest(error.option_name, _option_names(error.ctx), words)}"
        case click.BadOptionUsage():
            is_flag = error.option_name in _option_names(error.ctx, flags=True)
            kind = "takes_no_value" if is_flag else "needs_value"
            return words.fill(f"program.usage.{kind}", {"name": error.option_name})
        case _:
            return words.get("program.usage.other")


def _choices(param: click.Parameter | None, words: Words) -> str:
    """Say what a parameter that is missing may be, where that is one of some words."""
    if param is None or not isinstance(param.type, ChoiceValue):
        return ""
    return " " + words.fill("program.usage.choices", {"choices": ", ".join(param.type.choices)})


def _name(error: click.BadParameter) -> str:
    """Name a parameter as help does."""
    if error.param is None or error.ctx is None:
        return ""
    if isinstance(error.param, click.Option):
        return max(error.param.opts, key=len)
    return error.param.make_metavar(error.ctx)


def _option_names(ctx: click.Context | None, *, flags: bool = False) -> tuple[str, ...]:
    params = ctx.command.get_params(ctx) if ctx else []
    options = (param for param in params if isinstance(param, click.Option))
    return tuple(name for param in options if param.is_flag or not flags for name in param.opts)
