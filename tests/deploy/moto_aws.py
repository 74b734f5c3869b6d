"""Moto's server as an account that Kabar can be deployed to: `python -m tests.deploy.moto_aws PORT`.

It is devstack's server for deployments (devstack/moto_deployable.py), with what moto 5.2.5 lacks besides:

- A template's alarms and metric filters are made (tests/deploy/moto_watching.py).
- A template's buckets keep out the public and forget (tests/deploy/moto_buckets.py).
- A change set, carried out, leaves the stack with its template, parameters and outputs, and a repeat of it changes nothing.
"""

import sys

from moto.cloudformation.models import ChangeSet, Stack

from devstack import moto_process
from devstack.moto_deployable import make_deployable
from tests.deploy import moto_watching
from tests.deploy.moto_buckets import equip_buckets


def carry_out_change_sets() -> None:
    """Makes a change set do to its stack what CreateStack and UpdateStack do in moto."""

    def apply(self: ChangeSet) -> None:
        stack = self.stack
        if self.change_set_type == "CREATE":
            made = Stack(  # type: ignore[abstract]  # moto itself does so
                stack.stack_id, stack.name, self.template, self.parameters, stack.account_id, stack.region_name
            )
            made.create_resources()
            vars(stack).update(vars(made))
        else:
            stack.update(self.template, self.role_arn, self.parameters, self.tags)
        # Those that were left to their defaults belong to the stack as well, and are compared with the next change set's.
        stack.parameters = {name: str(value) for name, value in stack.stack_parameters.items()}

    ChangeSet.apply = apply  # type: ignore[method-assign]


if __name__ == "__main__":
    make_deployable()
    carry_out_change_sets()
    equip_buckets()
    assert moto_watching, "its classes are known to moto from their definition on"
    moto_process.main(int(sys.argv[1]))
