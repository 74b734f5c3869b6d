"""The operator's command line: `python -m ops …`, one module per command."""
