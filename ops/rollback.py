"""`ops rollback`: the package before the last one, back into all functions. What is in the table stays as it is."""

from typing import Any

import click

from ops import deployed
from ops.console import say
from ops.failure import Failure
from ops.packages import Packages
from ops.project import ANY_FUNCTION, function_name
from ops.standing import standing
from ops.target import Target, at_stage


def previous(history: list[dict[str, str]]) -> dict[str, str]:
    """The deployment before the last one.

    Raises:
        Failure: there is none.
    """
    if len(history) < 2:  # noqa: PLR2004
        raise Failure("Only one package was ever deployed here with `ops deploy`; there is none to go back to.")
    return history[-2]


def put_back(client: Any, stage: str, package: bytes, names: list[str]) -> None:
    """Gives functions a package, and waits until each has it. client: Lambda's."""
    for name in names:
        function = function_name(stage, name)
        client.update_function_code(FunctionName=function, ZipFile=package)
        client.get_waiter("function_updated_v2").wait(FunctionName=function)


@click.command("rollback")
@at_stage
def command(target: Target) -> None:
    """Put the package before the last `ops deploy` back. Settings and policies stay; `ops deploy` goes forward again."""
    here = standing(target)
    packages = Packages(target.client("s3"), here.outputs["DeploymentsBucket"])
    wanted = previous(packages.history())
    running = {name: found for name in ANY_FUNCTION if (found := deployed.function(target, name))}
    stale = [name for name, found in running.items() if found["CodeSha256"] != wanted["sha256"]]
    if not stale:
        say(f"The package of {wanted['at']} is in all functions already: nothing changed.")
        return
    say(f"Putting the package of {wanted['at']} back into {', '.join(stale)}.")
    if not target.yes and not click.confirm("Go back?", err=True):
        raise Failure("Nothing was changed.")
    put_back(target.client("lambda"), target.stage, packages.get(wanted["sha256"]), stale)
    say("Done. The next `ops deploy` deploys what is in this folder.")
