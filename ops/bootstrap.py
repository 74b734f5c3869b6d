"""`ops bootstrap`: the backing stack, and what Chalice must know of it. Plain `chalice deploy` does the rest."""

from collections.abc import Mapping
from dataclasses import dataclass

import click
from rich.table import Table

from ops import table as tables
from ops.configure import Outputs, configure
from ops.console import remarks, say
from ops.failure import Failure
from ops.project import TEMPLATE
from ops.record import Record
from ops.region import require_indonesia
from ops.stack import Backing, ChangeSet
from ops.subscription import drop_stale
from ops.target import Target, at_stage

_OURS = frozenset({"Stage", "RestoredTable", "RestoredStreamArn"})


@dataclass(frozen=True)
class Bootstrapped:
    """What bootstrap leaves behind. changed: in words, empty when all was as it should be."""

    outputs: Mapping[str, str]
    record: Record
    changed: tuple[str, ...]


def bootstrap(
    target: Target, parameters: Mapping[str, str], *, allow_replacement: bool = False, allow_region: str | None = None
) -> Bootstrapped:
    """Makes the backing stack what its template says, and writes the stage's configuration.

    parameters: of the template, beside the stage; those not named keep their values.

    Raises:
        Failure: the region is abroad, data would be lost, or CloudFormation refused.
    """
    require_indonesia(target.region, allow_region)
    backing = Backing(target.client("cloudformation"), target.stage)
    changed = _change(target, backing, parameters, allow_replacement=allow_replacement)
    stack = backing.described()
    assert stack is not None, "it was made or found just now"
    changed += [
        f"{stack.outputs['TableName']}: {one}" for one in tables.equip(target.client("dynamodb"), stack.outputs["TableName"])
    ]
    changed += configure(target.stage, Outputs.of(stack.outputs))
    record = Record(target.client("s3"), stack.outputs["DeploymentsBucket"], target.stage)
    if record.fetch():
        say(f"Took Chalice's record of {target.stage} from its bucket: somebody else has deployed since.")
    if drop_stale(target.client("lambda"), record, stack.outputs["StreamArn"]):
        changed.append("dispatch's subscription to the stream of a former table: removed, to be made anew by the deployment")
    return Bootstrapped(stack.outputs, record, tuple(changed))


def _change(target: Target, backing: Backing, parameters: Mapping[str, str], *, allow_replacement: bool) -> list[str]:
    with remarks().status(f"Asking CloudFormation what would change in {backing.name}"):
        proposed = backing.propose(TEMPLATE.read_text(encoding="utf-8"), {"Stage": target.stage, **parameters})
    if proposed is None:
        say(f"The stack {backing.name} is as its template says.")
        return []
    if proposed.changes:
        _show(backing.name, proposed)
    review(backing, proposed, allow_replacement=allow_replacement)
    if not target.yes and not click.confirm("Make these changes?", err=True):
        backing.discard(proposed.id)
        raise Failure("Nothing was changed.")
    with remarks().status(f"CloudFormation is changing {backing.name}; the first time takes some minutes"):
        backing.execute(proposed)
    return [f"{backing.name}: {f'{len(proposed.changes)} resources' if proposed.changes else 'parameters or outputs'}"]


def review(backing: Backing, proposed: ChangeSet, *, allow_replacement: bool) -> None:
    """Raises Failure, and forgets the change set, when data would be lost and nobody said that it may be."""
    lost = [one.name for one in proposed.changes if one.loses_data]
    if lost and not allow_replacement:
        backing.discard(proposed.id)
        raise Failure(f"This would replace or remove {', '.join(lost)} and lose data; --allow-replacement if you mean it.")


def _show(stack: str, proposed: ChangeSet) -> None:
    words = Table("Change", "Resource", "Type", "Replaced", title=f"{stack}: {proposed.kind.lower()}", title_justify="left")
    for one in proposed.changes:
        words.add_row(one.action, one.name, one.type, "YES" if one.replaces else "")
    remarks().print(words)


def _parameters(_ctx: click.Context, _param: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    pairs = [one.partition("=") for one in given]
    if any(not sign or name in _OURS for name, sign, _ in pairs):
        raise click.BadParameter("NAME=VALUE, of the parameters at the top of .chalice/backing.yaml")
    return {name: value for name, _, value in pairs}


def options(command: click.decorators.FC) -> click.decorators.FC:
    """The options of `bootstrap`, which `deploy` has too."""
    set_ = click.option("--set", "parameters", multiple=True, callback=_parameters, metavar="NAME=VALUE",
                        help="A parameter of .chalice/backing.yaml, such as AlarmEmail; it is remembered.")  # fmt: skip
    region = click.option("--allow-region", metavar="REGION", help="Name a region outside Indonesia once more to be let in.")
    replace = click.option("--allow-replacement", is_flag=True, help="Let the table or the bucket be replaced or removed.")
    return set_(region(replace(command)))


@click.command("bootstrap")
@options
@at_stage
def command(target: Target, parameters: dict[str, str], allow_replacement: bool, allow_region: str | None) -> None:  # noqa: FBT001
    """Make or update the table, queues, logs and alarms, and write the stage into .chalice/config.json."""
    say(f"Bootstrapping {target.stage} in {target.region}: a CloudFormation stack, then .chalice/config.json and policies.")
    done = bootstrap(target, parameters, allow_replacement=allow_replacement, allow_region=allow_region)
    for line in done.changed or ("Nothing changed.",):
        say(line)
    say(f"Next: `python -m ops secrets set --stage {target.stage}`, then `python -m ops deploy --stage {target.stage}`.")
