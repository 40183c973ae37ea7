"""The exception of this package: a release that cannot be made safe, or is wrong in itself."""

from fpsheet_templates.errors import FpsheetError


class DisclosureError(FpsheetError):
    """A release cannot be published: inconsistent, or no pattern of hidden cells protects it.

    The sentence names cells and equations, never their values.
    """
