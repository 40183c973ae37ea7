"""What a kommune wrote into our lists of its workbook: explanations and choices."""

from fpsheet.checking.verdict import Verdict
from fpsheet.returned.conflict_choices import read_choices
from fpsheet.returned.explanation import current_explanations
from fpsheet_sync.merge.submission import Choice, Explanation
from fpsheet_templates.form import Form

Said = tuple[tuple[Explanation, ...], tuple[Choice, ...]]


def said_in(content: bytes, verdict: Verdict, form: Form) -> Said:
    """Give the explanations that still hold and the choices that can be used.

    Args:
        content: A workbook that was read and checked.
        verdict: What was found in it.
        form: The form.
    """
    if verdict.check is None:
        return (), ()
    language = verdict.check.raw.meta.get("sprog", "da")
    explanations = current_explanations(content, verdict.findings, verdict.check)
    return explanations, read_choices(content, form, language).choices
