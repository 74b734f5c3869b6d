"""Lambda on this machine: what `chalice deploy` uploaded, run by AWS's own runtime client in AWS's own emulator."""
