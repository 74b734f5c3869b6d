"""`ops deploy`: bootstrap, Chalice's own deployment, and what Chalice has no words for."""

import click

from ops import bootstrap as bootstrapping
from ops import chalice, deployed, packages, secrets, social
from ops.bootstrap import Bootstrapped
from ops.catalogue import all_problems
from ops.console import say
from ops.failure import Failure
from ops.parameters import Parameters
from ops.project import CONFIG, read_json
from ops.target import Target, at_stage, utc_now
from ops.tuning import tune


def deploy(target: Target, base: Bootstrapped) -> list[str]:
    """Deploys onto a bootstrapped stage; returns what is different from before."""
    api_stage = api_stage_of(target.stage)
    before = deployed.snapshot(target, base.record, api_stage)
    chalice.run(target, "deploy")
    tune(target.client("lambda"), target.client("apigateway"), base.record, api_stage)
    dead_letters = base.outputs.get(f"{social.DEAD_LETTERS}Arn")
    caught = social.catch(target, base.record, dead_letters) if dead_letters else []
    base.record.share()
    running = deployed.function(target, "api_handler")
    if running is None:
        raise Failure("chalice deploy made no function for the API.")
    kept = packages.Packages(target.client("s3"), base.outputs["DeploymentsBucket"])
    kept.keep(packages.local(running["CodeSha256"]), utc_now())
    return caught + deployed.difference(before, deployed.snapshot(target, base.record, api_stage))


def api_stage_of(stage: str) -> str:
    """What the stage is called in API Gateway."""
    return str(read_json(CONFIG)["stages"][stage]["api_gateway_stage"])


def _remind(target: Target, url: str) -> None:
    held = Parameters(target.client("ssm"), target.stage).read()
    missing = [*secrets.missing(held), *(["channels"] if "channels" not in held else [])]
    if missing:
        say(f"Still to be entered: {', '.join(missing)} (`ops secrets set`, `ops channels set`); until then all is refused.")
    else:
        say(f"Webhook for Meta's form: {url}webhooks/whatsapp. `ops doctor --stage {target.stage}` looks whether all is well.")


@click.command("deploy")
@bootstrapping.options
@at_stage
def command(target: Target, parameters: dict[str, str], allow_replacement: bool, allow_region: str | None) -> None:  # noqa: FBT001
    """Bootstrap, `chalice deploy`, filter and throttles. Prints the API's address."""
    if found := all_problems():
        raise Failure(f"{found[0]} ({len(found)} problems in the offices' files: `ops catalogue check`)")
    say(f"Deploying {target.stage} in {target.region}: the backing stack, then the functions and the API.")
    base = bootstrapping.bootstrap(target, parameters, allow_replacement=allow_replacement, allow_region=allow_region)
    changed = [*base.changed, *deploy(target, base)]
    for line in changed or ("Nothing changed.",):
        say(line)
    api = base.record.one("rest_api")
    assert api is not None, "Chalice has just deployed it"
    _remind(target, api["rest_api_url"])
    click.echo(api["rest_api_url"])
