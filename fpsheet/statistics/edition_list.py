"""Editions: the list of them, withdrawing one, and what is refused before one is made or given."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from fpsheet_sync.database.access_log import Actor
from fpsheet_sync.database.store import Store, Transaction
from fpsheet_sync.statistics.publication.publication import Publication, read_publications
from fpsheet_sync.statistics.publication.withdrawal import Withdrawal, withdraw, withdrawal_of
from fpsheet_sync.statistics.stat_table import Period
from fpsheet_sync.statistics.tables.release import has_reported
from fpsheet_sync.statistics.tables.wording import Wording
from fpsheet_templates.errors import UsageError
from fpsheet_templates.form import Form


@dataclass(frozen=True, slots=True)
class ListedEdition:
    """An edition as the list shows it.

    Attributes:
        publication: The edition.
        withdrawal: Its withdrawal; None where it stands.
        replaced_by: Number of the next edition of the country and period; 0 for none.
    """

    publication: Publication
    withdrawal: Withdrawal | None
    replaced_by: int


def list_editions(
    connection: Transaction, countries: Iterable[str], period: Period | None
) -> tuple[ListedEdition, ...]:
    """Return the editions of some countries, of one period or of all, oldest first."""
    found = []
    for country in countries:
        known = read_publications(connection, country, period)
        for one in known:
            later = (
                each.number
                for each in known
                if each.period == one.period and each.number > one.number
            )
            found.append(ListedEdition(one, withdrawal_of(one), min(later, default=0)))
    return tuple(found)


class EditionName(NamedTuple):
    """By what a person names an edition."""

    country: str
    period: Period
    number: int


def withdraw_edition(
    store: Store, wording: Wording, edition: EditionName, gone: Withdrawal, actor: Actor
) -> Publication:
    """Withdraw an edition with a reason.

    Raises:
        UsageError: There is no such edition.
        StoreError: It is withdrawn already, or the database could not be used.
    """
    country, period, number = edition
    with store.write() as connection:
        known = read_publications(connection, country, period)
        found = next((one for one in known if one.number == number), None)
        if found is None:
            raise no_edition(wording, period, number, {one.number for one in known})
        withdraw(connection, found, gone, actor)
    return found


def no_edition(wording: Wording, period: Period, number: int, known: set[int]) -> UsageError:
    """Return the refusal of an edition that there is none of."""
    values = {"number": number, "known": ", ".join(map(str, sorted(known)))}
    sentence = wording.fill("error.edition", {**values, "period": wording.period(period)})
    key = "error.edition_remedy" if known else "error.edition_none"
    return UsageError(sentence, remedy=wording.fill(key, values))


def need_standing(connection: Transaction, one: Publication, wording: Wording) -> None:
    """Refuse an edition that was withdrawn.

    Raises:
        UsageError: It was.
    """
    found = withdrawal_of(one)
    if found is None:
        return
    known = read_publications(connection, one.area, one.period)
    later = min((each.number for each in known if each.number > one.number), default=0)
    told = {"number": one.number, "day": wording.day(found.day), "reason": found.reason}
    key = "error.withdrawn_remedy" if later else "error.withdrawn_alone_remedy"
    remedy = wording.fill(key, {"later": later})
    raise UsageError(wording.fill("error.withdrawn", told), remedy=remedy)


def reported_countries(
    connection: Transaction,
    form: Form,
    countries: Iterable[str],
    period: Period,
    known: tuple[int, Wording],
) -> list[str]:
    """Return the countries of which some kommune has reported for a period.

    Raises:
        UsageError: Kommuner have delivered, and none of them for the period.
    """
    as_of, wording = known
    asked = tuple(countries)
    found = [each for each in asked if has_reported(connection, form, each, period, as_of)]
    if asked and not found:
        sentence = wording.fill("error.period_of_nobody", {"period": wording.period(period)})
        raise UsageError(sentence, remedy=wording.text("error.period_of_nobody_remedy"))
    return found
