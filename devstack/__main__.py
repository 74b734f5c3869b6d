"""`python -m devstack …`."""

import sys

import click

from devstack.up import up


@click.group()
def main() -> None:
    """All of Kabar on one machine."""


main.add_command(up)


@main.command()
@click.option("--lambda-runtime", is_flag=True, help="Deploy Kabar to the simulated AWS, and play in Lambda's own runtime.")
def demo(*, lambda_runtime: bool) -> None:
    """Play a scripted day through real HTTP, and check every outcome."""
    from devstack.demo import run

    sys.exit(run(lambda_runtime=lambda_runtime))


if __name__ == "__main__":
    main(prog_name="python -m devstack")
