"""The exceptions of fpsheet: for programs and machines, never for a kommune's data.

What is wrong in a workbook is a finding (floor 2). An exception carries one sentence for a
person and, where there is one, the remedy; it never carries a cell's value.
"""

from collections.abc import Mapping


class FpsheetError(Exception):
    """Something outside the data went wrong.

    Attributes:
        sentence: What happened, one sentence.
        remedy: What the reader can do, one sentence; empty when there is nothing to do.
    """

    def __init__(self, sentence: str, *, remedy: str = "") -> None:
        """Keep the sentence and the remedy; the text of the exception is both."""
        super().__init__(f"{sentence} {remedy}".strip())
        self.sentence = sentence
        self.remedy = remedy


class SpecError(FpsheetError):
    """The form, a rule, a code list or a text is wrong in itself: our fault, found at loading."""


class RuleError(SpecError):
    """A rule is written in a way that has no meaning; it is told in the language chosen.

    Attributes:
        key: Key of its text (`error.rule.parse`); its own sentence is for programmers.
        values: What the text names.
        code: Code of the rule; empty where it is not known.
        line: Line on which the rule begins; 0 where it is not known.
    """

    def __init__(self, sentence: str, key: str, **values: object) -> None:
        """Keep the sentence and what it is said with in other languages."""
        super().__init__(sentence)
        self.key = f"error.rule.{key}"
        self.values: Mapping[str, object] = values
        self.code = ""
        self.line = 0


class SpokenError(FpsheetError):
    """A failure whose texts are in the form's catalogue, so that it can be said in any language.

    Attributes:
        key: Key of its texts (`error.store.locked`); its sentence and remedy are the Danish ones.
            Empty where it was made in the reader's language at once.
        values: What the texts name.
    """

    key: str = ""
    values: Mapping[str, object] = {}


class UsageError(SpokenError):
    """The command was asked for something that cannot be (unknown kommune, period reversed)."""


class WorkbookFileError(SpokenError):
    """A file of ours could not be written or read (folder missing, open in Excel, disk full)."""


class OutsideError(SpokenError):
    """Something that is not ours could not be used (a network, a right, a full disk, a driver)."""


class StoreError(SpokenError):
    """The central database could not be used (missing, locked, wrong version)."""
