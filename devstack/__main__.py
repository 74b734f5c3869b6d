"""`python -m devstack …`."""

import sys

import click

from devstack.up import up


@click.group()
def main() -> None:
    """All of Kabar on one machine."""


main.add_command(up)


@main.command()
def demo() -> None:
    """Play a scripted day through real HTTP, and check every outcome."""
    from devstack.demo import run

    sys.exit(run())


if __name__ == "__main__":
    main(prog_name="python -m devstack")
