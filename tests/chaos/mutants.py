"""`make mutants`: breaks delivery in every way that is known, one at a time, and sees whether the tests notice.

Each mutant is one literal change to one file of a copy of the project. What chance shows is played, from seed 0 on, until a
promise is broken; what only a unit test can see names its tests. A mutant that survives is a hole in the tests.
"""

import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

ROOT = Path(__file__).parents[2]
_MOST_SEEDS = 40
_AT_ONCE = 2
# Of the processor's time, which a machine with much else to do does not use up.
_TOO_LONG_S = 120
# Rougher than what the sound code is played with elsewhere, so that fewer seeds show it.
_PLAYED = ("-m", "tests.chaos.play", "--quick", "--share", "0.3", "--certain", "down", "--n", str(_MOST_SEEDS))
_BROKEN = 1


@dataclass(frozen=True)
class Mutant:
    """A way to break delivery. name: what it does; seen_by: the unit tests that notice, none when chance shows it."""

    name: str
    path: str
    old: str
    new: str
    seen_by: tuple[str, ...] = ()


_LEDGER, _PLANNING, _CIRCUITS = "chalicelib/domain/ledger.py", "chalicelib/domain/planning.py", "chalicelib/flows/circuits.py"
_FLOWS = "tests/unit/flows/"

MUTANTS = (
    Mutant(
        "every write of a notice is unconditional", "chalicelib/table/notices.py",
        'return Put(_item(after), (Condition("revision", "equals", notice.revision),))', "return Put(_item(after))",
    ),
    Mutant("the lease is ignored", _LEDGER, "LEASE = timedelta(seconds=90)", "LEASE = timedelta(0)"),
    Mutant(
        "somebody else's claim is taken for one's own", _LEDGER,
        "return notice if notice.owner == owner else None", "return notice",
    ),
    Mutant(
        "whatever its state, a notice can be claimed", _LEDGER,
        "if waiting or not (notice.state in _WAITING or resend):", "if waiting:",
    ),
    Mutant(
        "a notice can be claimed before its time", _LEDGER,
        "waiting = notice.not_before is not None and notice.not_before > now", "waiting = False",
    ),
    Mutant(
        "reports have no rank", _LEDGER,
        "if notice.state in ARRIVED and RANK[notice.state] >= RANK[reached]:", "if notice.state is reached:",
    ),
    Mutant(
        "a failure of an earlier attempt counts", _LEDGER,
        "if attempt != notice.attempt or not _undecided(notice):", "if not _undecided(notice):",
    ),
    Mutant(
        "our own record undoes a report that came first", _LEDGER,
        "state = State.SENT if notice.state is State.SENT else State.ACCEPTED", "state = State.ACCEPTED",
    ),
    Mutant(
        "a refusal undoes a report that came first", _LEDGER,
        "if notice.state not in {State.CLAIMED, State.UNKNOWN}:", "if notice.state in ARRIVED:",
    ),
    Mutant(
        "what is unknown is taken for not sent", _LEDGER,
        "return _unknown(kept, sent.outcome.code, now, reports=sent.reports) if isinstance(sent.outcome, Unknown) else kept",
        'return again(kept, now, backoff(0, jitter), "unknown")',
    ),
    Mutant(
        "an expired claim is planned anew", _LEDGER,
        'return _unknown(notice.with_attempt(lost), "lease_expired", now, reports=reports), False',
        'return replan(notice.with_attempt(lost), now, "lease_expired"), True',
    ),
    Mutant("no report is waited for", _LEDGER, "REPORT_WAIT = timedelta(minutes=10)", "REPORT_WAIT = timedelta(seconds=5)"),
    Mutant("an unknown outcome is sent again without end", _LEDGER, "MOST_RESENT = 1", "MOST_RESENT = 99"),
    Mutant(
        "the SMS follows an unknown outcome at once", _LEDGER,
        "until = now + REPORT_WAIT if reports else None", "return other_channel(notice, now, code)",
    ),
    Mutant(
        "an unknown SMS is sent again though nobody reports on it", _LEDGER,
        "reports = sms_reports or notice.channel is Channel.WHATSAPP", "reports = True",
    ),
    Mutant(
        "the SMS follows as soon as WhatsApp has accepted", _LEDGER,
        "quiet = sent.silence or (", "quiet = timedelta(seconds=1) if sent.silence else (",
    ),
    Mutant("silence is never noticed", _LEDGER, "due_at=now + quiet if sent.reports else None", "due_at=None"),
    Mutant(
        "a delivery does not end the wait for it", _LEDGER,
        "arrived_at=notice.arrived_at or now,\n        due_at=None,", "arrived_at=notice.arrived_at or now,",
    ),
    Mutant(
        "the sweep drops the due time", _LEDGER,
        "return replace(notice, due_at=now + FIRST_DUE), True", "return replace(notice, due_at=None), True",
    ),
    Mutant(
        "the sweep does not move the due time", "chalicelib/flows/due_notices.py",
        "self.ledger.step(notice, change)\n", "change(notice)\n",
    ),
    Mutant(
        "a notice has no due time until it was claimed", "chalicelib/table/notices.py",
        "if notice.due_at else {}", "if notice.due_at and notice.attempt else {}",
    ),
    Mutant(
        "who opted out is told all the same", _PLANNING,
        "if situation.contact.opted_out_at is not None and not notice.answer:", "if False:",
    ),
    Mutant(
        "a later notice takes no earlier one's place", _PLANNING,
        "return version < request.noticed_version or version <= nudged", "return False",
    ),
    Mutant(
        "a promise is told of again after a change that promises nothing", "chalicelib/domain/progress.py",
        "look_at=before.look_at)", "look_at=_look_at(request, office))", (f"{_FLOWS}test_due_requests.py",),
    ),
    Mutant(
        "a change brings back a promise that was told of meanwhile", "chalicelib/table/requests.py",
        'if nudged else Condition("nudged_version", "absent"),', 'if nudged else Condition("pk", "present"),',
        (f"{_FLOWS}test_due_requests.py",),
    ),
    Mutant("nobody sleeps", _PLANNING, "may = now if notice.answer else", "may = now if now else"),
    Mutant("everybody tries a number that is down", _PLANNING, "blocked = any(", "blocked = False and any("),
    Mutant(
        "everybody probes a number that is down", _CIRCUITS,
        "except ConditionFailed:\n            return False", "except ConditionFailed:\n            return True",
    ),
    Mutant(
        "a template that Meta has told of is probed by the minute", "chalicelib/domain/circuit.py",
        "return PROBE_TOLD_EVERY if self.told else PROBE_EVERY", "return PROBE_EVERY",
    ),
    Mutant(
        "Meta's words on a template count in the order of their arrival", "chalicelib/domain/circuit.py",
        "return other is None or (self.at, self.usable) > (other.at, other.usable)", "return True",
        (f"{_FLOWS}test_template_reports.py",),
    ),
    Mutant(
        "a probe that gets through is no word on a template", "chalicelib/table/circuits.py",
        'if scope.startswith("template:") else {}', 'if scope.startswith("nothing:") else {}',
        (f"{_FLOWS}test_template_reports.py",),
    ),
    Mutant(
        "a word on a template is written whatever was written meanwhile", "chalicelib/table/circuits.py",
        "remove=() if circuit else (scope,), when=unchanged)", "remove=() if circuit else (scope,), when=unchanged[:0])",
        (f"{_FLOWS}test_template_reports.py",),
    ),
    Mutant(
        "what waits for a template looks again only when it may probe", _PLANNING,
        "min(until, soon) if any(one.told for one in down) else until", "until", (f"{_FLOWS}test_template_reports.py",),
    ),
    Mutant("a circuit never closes", _CIRCUITS, "if isinstance(outcome, Accepted):", "if outcome is None:"),
    Mutant(
        "a circuit never opens", _CIRCUITS, "if scope is not None:", "if scope is None:", (f"{_FLOWS}test_circuits.py",),
    ),
    Mutant(
        "the day's sum is no limit", "chalicelib/flows/spending.py",
        "if spent + office.sms.price_mills > office.sms.max_per_day_mills:", "if spent < 0:",
    ),
    Mutant(
        "two who pay at once pay once", "chalicelib/table/spending.py",
        "(seen,))", "())", (f"{_FLOWS}test_spending.py",),
    ),
    Mutant(
        "an SMS that nobody took is paid for", "chalicelib/flows/spending.py",
        "spent - office.sms.price_mills, revision", "spent, revision", (f"{_FLOWS}test_spending.py",),
    ),
    Mutant(
        "an SMS chosen at the last moment is taken for WhatsApp", _LEDGER,
        "return notice if notice.channel is Channel.SMS else replace(notice, channel=Channel.SMS)", "return notice",
        (f"{_FLOWS}test_circuits.py",),
    ),
    Mutant(
        "a message that comes twice is stored twice", "chalicelib/table/messages.py",
        'return Put({**place._asdict(), **item}, (Condition("pk", "absent"),))', "return Put({**place._asdict(), **item})",
    ),
    Mutant(
        "a second message at the same moment opens a second request", "chalicelib/table/contacts.py",
        'limit = Condition(name, "absent") if only_first else', "limit =",
    ),
    Mutant(
        "a report that fits no notice is forgotten", "chalicelib/flows/receipts.py",
        "return self.keeping.orphan(report)", "return Stored.DUPLICATE", (f"{_FLOWS}test_receipts.py",),
    ),
    Mutant(
        "an opt-out that WhatsApp tells of is forgotten", "chalicelib/flows/deliver.py",
        "return [contacts.opt_out(person.id, self.clock())] if person else []", "return []", (f"{_FLOWS}test_deliver.py",),
    ),
    Mutant(
        "throttling spends the retries", "chalicelib/domain/retries.py",
        "return replan(notice, now + THROTTLE_PAUSE * (1 + jitter), code)",
        "return again(notice, now, THROTTLE_PAUSE, code)", ("tests/unit/domain/test_ledger.py",),
    ),
    Mutant(
        "a template that is down is tried without end", "chalicelib/domain/planning.py",
        "if isinstance(content, Template):\n        scopes", "if not content:\n        scopes",
    ),
    Mutant(
        "what cannot be read stops the sweep", "chalicelib/flows/keeping.py",
        "self.park(key)\n            return None", "raise", (f"{_FLOWS}test_sweep.py",),
    ),
)  # fmt: skip


SOUND = Mutant("nothing", _LEDGER, "MOST_RESENT = 1", "MOST_RESENT = 1")
"""Survives: otherwise it is not what was broken that was noticed."""


@contextmanager
def copies(count: int) -> Iterator["SimpleQueue[Path]"]:
    """So many copies of the project, to be broken and mended again."""
    with tempfile.TemporaryDirectory() as folder:
        free: SimpleQueue[Path] = SimpleQueue()
        for number in range(count):
            copy = Path(folder, str(number))
            for name in ("chalicelib", "devstack", "tests"):
                shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
            shutil.copy(ROOT / "pyproject.toml", copy)
            free.put(copy)
        yield free


def survives(mutant: Mutant, copy: Path) -> str | None:
    """Why the tests have not noticed a mutant, None when they have."""
    path = copy / mutant.path
    sound = path.read_text()
    if sound.count(mutant.old) != 1:
        return f"{mutant.path} has {sound.count(mutant.old)} times: {mutant.old}"
    path.write_text(sound.replace(mutant.old, mutant.new))
    try:
        return _unseen(mutant, copy)
    finally:
        path.write_text(sound)


def _unseen(mutant: Mutant, copy: Path) -> str | None:
    tests = ("-m", "pytest", "-x", "-q", "--no-header", "-p", "no:cacheprovider", "-p", "no:randomly", *mutant.seen_by)
    python = shlex.join([sys.executable, "-B", *(tests if mutant.seen_by else _PLAYED)])
    command = ["sh", "-c", f"ulimit -t {_TOO_LONG_S} && exec {python}"]
    ended = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)
    if ended.returncode in {-signal.SIGXCPU, -signal.SIGKILL}:
        return None  # a run that never ends has been noticed
    if ended.returncode == _BROKEN and (mutant.seen_by or "Broken" in ended.stderr):
        return None
    return f"exit code {ended.returncode}: {(ended.stdout + ended.stderr)[-1000:]}"


def survivors(mutants: tuple[Mutant, ...] = MUTANTS) -> Iterator[tuple[Mutant, str | None]]:
    """Each mutant, and why the tests have not noticed it."""
    with copies(_AT_ONCE) as free, ThreadPoolExecutor(_AT_ONCE) as pool:

        def judged(mutant: Mutant) -> str | None:
            copy = free.get()
            try:
                return survives(mutant, copy)
            finally:
                free.put(copy)

        yield from zip(mutants, pool.map(judged, mutants), strict=True)


def main() -> int:
    """Exit code 0 when none survives."""
    alive = 0
    for mutant, why in survivors():
        alive += why is not None
        sys.stdout.write(f"{'caught' if why is None else 'SURVIVES'}  {mutant.name}{f': {why}' if why else ''}\n")
        sys.stdout.flush()
    sys.stdout.write(f"{len(MUTANTS)} ways to break delivery, {alive} unnoticed\n")
    return 1 if alive else 0


if __name__ == "__main__":
    sys.exit(main())
