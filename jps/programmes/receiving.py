"""Who receives what: the one reading that reports, findings, rules and maps share."""

from datetime import date

from sqlalchemy import Select, or_, select

from jps.programmes.models import Decree, Programme, Recipient
from jps.programmes.rules import DecreeState, ProgrammeKind, Registered, Standing


def receiving(
    on: date, *, kind: ProgrammeKind | None = ProgrammeKind.AID
) -> Select[Recipient, Decree, Programme]:
    """Return the recipients of our own list whom a decree names that is in force on a day.

    Each stands once per decree: whoever is listed twice counts where they stand first. `kind` None
    takes insurances and flags too. Narrow the columns with `with_only_columns`.
    """
    query = (
        select(Recipient, Decree, Programme)
        .join(Decree, Decree.id == Recipient.decree_id)
        .join(Programme, Programme.id == Decree.programme_id)
        .where(
            Decree.state == DecreeState.IN_FORCE,
            Decree.period_from <= on,
            or_(Decree.period_to.is_(None), Decree.period_to >= on),
            Recipient.standing != Standing.STRUCK,
            Recipient.registered == Registered.YES,
            Recipient.same_as.is_(None),
        )
    )
    return query if kind is None else query.where(Programme.kind == kind)
