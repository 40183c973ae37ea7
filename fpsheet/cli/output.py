"""Files a command writes under a name that the person gave: none that is there is written over."""

from collections.abc import Iterator, Sequence
from itertools import chain, count
from pathlib import Path

import click

from fpsheet.cli.values import PathValue
from fpsheet.cli.words import Words

WORKBOOK = (".xlsx",)
PAGE = (".html", ".htm")

OVERWRITE = "overwrite"
"""Name of the switch that every command with an `OutputOption` has."""

_HEAD = 400
"""Bytes at the start of a file in which the program's own mark is looked for."""


class OutputOption(click.Option):
    """An option for a file to be written, or a folder of them where several files are read.

    The command refuses a file that is there already, unless `--overwrite` is given: it may hold
    what somebody typed. Only what nobody types in is replaced, a file with the program's own mark.
    """

    def __init__(  # noqa: PLR0913 - each by name
        self,
        words: Words,
        spelling: str,
        *,
        key: str,
        endings: tuple[str, ...] = WORKBOOK,
        name: str = "",
        required: bool = False,
        many: str = "",
        own_mark: bytes = b"",
    ) -> None:
        """Build the option.

        Args:
            words: Texts in the person's language.
            spelling: The option as it is written.
            key: Key of its help.
            endings: How the file's name may end.
            name: Name of the parameter, where it is not that of the spelling.
            required: Whether it must be given.
            many: Parameter with the files read; with several of them, a folder is written.
            own_mark: Bytes near the start of a file that this command made and nobody types in.
        """
        super().__init__(
            [spelling, *([name] if name else [])],
            type=PathValue(words, folder=None if many else False),
            required=required,
            metavar=words.get("program.metavar.file"),
            help=words.get(key),
        )
        self.words = words
        self.endings = endings
        self.many = many
        self.own_mark = own_mark

    def admit(self, ctx: click.Context) -> None:
        """Refuse a name that does not end as the file does, and files that are there.

        Raises:
            click.BadParameter: The option's value cannot be used; the sentence says what can.
        """
        path: Path | None = ctx.params.get(self.name or "")
        if path is None:
            return
        given: Sequence[Path] = ctx.params.get(self.many) or ()
        if len(given) > 1:
            if path.is_file():
                self._refuse("is_file", path, ctx)
            targets = [path / f"{name}{self.endings[0]}" for name in own_names(given)]
        else:
            self._check_ending(path, ctx)
            targets = [path]
        for target in targets:
            if target.exists() and not ctx.meta.get(OVERWRITE) and not self._is_own(target):
                self._refuse("there", target, ctx)

    def _check_ending(self, path: Path, ctx: click.Context) -> None:
        if path.is_dir():
            self._refuse("is_folder", path, ctx)
        if not path.name.lower().endswith(self.endings):
            self._refuse("ending", path, ctx)

    def _is_own(self, path: Path) -> bool:
        """Return whether this command made a file that nobody types in."""
        if not self.own_mark:
            return False
        try:
            with path.open("rb") as file:
                return self.own_mark in file.read(_HEAD)
        except OSError:
            return False

    def _refuse(self, what: str, path: Path, ctx: click.Context) -> None:
        values = {"value": path, "ending": self.endings[0]}
        raise click.BadParameter(self.words.fill(f"program.value.{what}", values), ctx, self)


def overwrite_switch(words: Words) -> click.Option:
    """Return `--overwrite`, which `OutputOption` asks for."""

    def keep(ctx: click.Context, param: click.Parameter, value: bool) -> None:  # noqa: ARG001, FBT001 - click's signature
        ctx.meta[OVERWRITE] = value

    return click.Option(
        [f"--{OVERWRITE}"],
        is_flag=True,
        expose_value=False,
        help=words.get(f"program.option.{OVERWRITE}"),
        callback=keep,
    )


def own_names(files: Sequence[Path]) -> Iterator[str]:
    """Yield a name for each file: its stem, with a number where two have the same.

    >>> list(own_names([Path("a/956.xlsx"), Path("b/956.xlsx")]))
    ['956', '956-2']
    """
    # Names that differ in capitals are one on Windows.
    taken: set[str] = set()
    for file in files:
        numbered = (f"{file.stem}-{number}" for number in count(2))
        name = next(n for n in chain([file.stem], numbered) if n.casefold() not in taken)
        taken.add(name.casefold())
        yield name
