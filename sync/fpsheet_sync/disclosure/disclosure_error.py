"""The exception of this package: a release that cannot be made safe."""

from fpsheet_templates.errors import SpokenError
from fpsheet_templates.failure import make_failure


class DisclosureError(SpokenError):
    """A release cannot be published: it is not protected, or not in time.

    The sentence names cells and equations, never their values.
    """


def disclosure_failure(key: str, **values: object) -> DisclosureError:
    """Return the exception that says a text (`audit` for `error.disclosure.audit`)."""
    return make_failure(DisclosureError, f"error.disclosure.{key}", values)
