"""Hand-written stand-ins for what the flows need from outside, kept honest by tests/adapters."""
