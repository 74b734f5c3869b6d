"""Whatever is done to them, the fake and AWS's own engine answer alike: flows tested on the one will run on the other."""

from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.domain.errors import Unstorable
from chalicelib.ports import Check, Condition, ConditionFailed, Delete, Item, Key, Put, Store, Update, Value, Write
from tests.adapters import engines
from tests.adapters.engines import Engine, SettableClock

pytestmark = pytest.mark.dynamodb_local

KEYS = [Key(pk, sk) for pk in ("REQ#1", "REQ#2") for sk in ("CHANGE#1", "REQUEST")]
ATTRIBUTES = ("a", "b", "queue_pk", "queue_sk")
MEMBERS = st.frozensets(st.sampled_from(["x", "y", "é"]), min_size=1)

scalars: st.SearchStrategy[Value] = st.sampled_from(["", "x", "y", 0, 1, 2, True, False])
values: st.SearchStrategy[Value] = (
    scalars | MEMBERS | st.lists(scalars, max_size=2) | st.dictionaries(st.sampled_from(["k", "l"]), scalars, max_size=2)
)
attributes = st.dictionaries(st.sampled_from(ATTRIBUTES), values, max_size=3)
keys = st.sampled_from(KEYS)
names = st.sampled_from(ATTRIBUTES)


@st.composite
def conditions(draw: st.DrawFn) -> Condition:
    test = draw(st.sampled_from(["absent", "present", "equals", "below", "fewer"]))
    operands: dict[str, st.SearchStrategy[Value]] = {
        "equals": values,
        "below": st.sampled_from(["x", 1]),
        "fewer": st.integers(0, 3),
    }
    return Condition(draw(names), test, draw(operands.get(test, st.just(""))))  # type: ignore[arg-type]


when = st.lists(conditions(), max_size=2).map(tuple)
puts = st.builds(lambda key, rest, when: Put({**rest, "pk": key.pk, "sk": key.sk}, when), keys, attributes, when)


@st.composite
def updates(draw: st.DrawFn) -> Update:
    """Each attribute in one part of the update, as the contract asks for."""
    parts = draw(st.dictionaries(names, st.sampled_from(["set", "remove", "join", "leave"]), min_size=1, max_size=3))
    chosen = {part: [name for name, of in parts.items() if of == part] for part in ("set", "remove", "join", "leave")}
    return Update(
        draw(keys),
        set_={name: draw(values) for name in chosen["set"]},
        remove=tuple(chosen["remove"]),
        join={name: draw(MEMBERS) for name in chosen["join"]},
        leave={name: draw(MEMBERS) for name in chosen["leave"]},
        when=draw(when),
    )


def write_key(write: Write) -> Key:
    return Key(str(write.item["pk"]), str(write.item["sk"])) if isinstance(write, Put) else write.key


deletes = st.builds(Delete, keys, when)
checks = st.builds(Check, keys, st.lists(conditions(), min_size=1, max_size=2).map(tuple))
transactions = st.lists(puts | updates() | deletes | checks, min_size=1, max_size=4, unique_by=write_key)
work = st.lists(puts | updates() | deletes | transactions, min_size=1, max_size=8)


class Refused(dict[int, Item | None]):
    """What a refused call tells."""


def outcome(store: Store, step: Put | Update | Delete | list[Write]) -> object:
    """What a caller learns of a step."""
    act: Callable[[], object]
    match step:
        case Put():
            act = lambda: store.put(step)  # noqa: E731 - one of four, side by side
        case Update():
            act = lambda: store.update(step)  # noqa: E731
        case Delete():
            act = lambda: store.delete(step)  # noqa: E731
        case _:
            act = lambda: store.transact(step)  # noqa: E731
    try:
        return act()
    except ConditionFailed as refusal:
        return Refused(refusal.refused)
    except Unstorable:
        return Unstorable


def everything(store: Store) -> list[list[Item]]:
    found = [store.query(pk, newest_first=newest) for pk in ("REQ#1", "REQ#2") for newest in (False, True)]
    return [*found, *(store.query_index("queue", pk) for pk in ("x", "y"))]


@pytest.fixture(scope="module")
def real(dynamodb_local_url: str) -> Iterator[Engine]:
    with engines.dynamo("dynamodb-local", dynamodb_local_url, SettableClock()) as engine:
        yield engine


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(work)
def test_the_fake_answers_as_the_real_engine_does(real: Engine, steps: list[Put | Update | Delete | list[Write]]) -> None:
    fake = engines.fake(SettableClock())
    for key in KEYS:
        real.store.delete(Delete(key))

    for step in steps:
        assert alike(outcome(fake.store, step), outcome(real.store, step))

    assert typed(everything(fake.store)) == typed(everything(real.store))


def alike(one: object, other: object) -> bool:
    """Of work that is both refused and unstorable, either may be told: DynamoDB does not say which comes first."""
    nothing_happened = all(outcome is Unstorable or isinstance(outcome, Refused) for outcome in (one, other))
    return typed(one) == typed(other) or (nothing_happened and (one is Unstorable or other is Unstorable))


def typed(value: object) -> object:
    """A value that tells True from 1."""
    if isinstance(value, dict):
        return {name: typed(element) for name, element in value.items()}
    return [typed(element) for element in value] if isinstance(value, list) else (type(value).__name__, value)
