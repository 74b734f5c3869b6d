"""The message templates, at Meta."""

from collections.abc import Iterator

from ops.checks.finding import Finding, Level, Patient, fine
from ops.failure import Failure
from ops.template_accounts import graph, offices_by_account, stage_secrets, wanted
from ops.template_standing import Standing, compare


def templates(patient: Patient) -> Iterator[Finding]:
    """Whether each account's templates can be used as Kabar fills them in."""
    secrets = stage_secrets(patient.target)
    try:
        accounts = offices_by_account(secrets)
    except Failure as unknown:
        yield Finding(Level.NOTE, "templates", f"not looked at. {unknown.format_message()}")
        return
    meta = graph(patient.target, secrets)
    for account, offices in sorted(accounts.items()):
        yield _finding(account, compare(wanted(offices), meta.templates(account)))


def _finding(account: str, standings: list[Standing]) -> Finding:
    what = f"templates of {account}"
    troubled = [one for one in standings if one.level > Level.NOTE]
    if not troubled:
        return fine(what, f"all {len(standings)} can be used")
    worst = max(one.level for one in troubled)
    told = ", ".join(f"{one.name} {one.text or one.status}" for one in troubled if one.level is worst)
    return Finding(worst, what, f"{told}; `ops templates status` has them all")
