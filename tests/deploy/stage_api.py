"""The API of a deployed stage, on this machine: what API Gateway and Lambda would be, with the stage's own environment.

Run in the deployed project; the environment is the function's. Prints its address, and ends when standard input does.
"""

import importlib
import json
import sys
from pathlib import Path


def main() -> None:
    """Serves until standard input ends."""
    from chalice.config import Config

    from devstack import logs
    from devstack.api_server import ApiServer
    from devstack.listening import listen

    logs.to_stderr()
    app = importlib.import_module("app").app
    on_disk = json.loads((Path.cwd() / ".chalice" / "config.json").read_text())
    config = Config("local", "api_handler", {"project_dir": str(Path.cwd()), "chalice_app": app}, on_disk)
    with listen(0) as listening:
        server = ApiServer(app, config, listening)
        server.start()
        sys.stdout.write(f"{server.url}/\n")
        sys.stdout.flush()
        sys.stdin.read()
        server.stop()


if __name__ == "__main__":
    sys.path.insert(0, str(Path.cwd()))
    main()
