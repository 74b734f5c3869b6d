"""The whole of Kabar on one machine: `python -m devstack`. Nothing of this ships to Lambda."""
