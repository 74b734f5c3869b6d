"""A stand-in for graph.facebook.com, for AWS's SNS and End User Messaging Social, and for the residents' phones.

With a `/sim` API to command it.
"""

from devstack.simulator.config import Account, Control, Number, SimulatorConfig
from devstack.simulator.simulator import Simulator, create_simulator

__all__ = ["Account", "Control", "Number", "Simulator", "SimulatorConfig", "create_simulator"]
