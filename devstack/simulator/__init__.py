"""A stand-in for graph.facebook.com, for SNS's Publish, and for the residents' phones, with a `/sim` API to command it."""

from devstack.simulator.config import Control, Number, SimulatorConfig
from devstack.simulator.simulator import Simulator, create_simulator

__all__ = ["Control", "Number", "Simulator", "SimulatorConfig", "create_simulator"]
