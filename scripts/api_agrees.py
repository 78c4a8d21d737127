"""Starts the product with its simulated providers, lets customers write, and has schemathesis try every operation."""

import contextlib
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
SIGNALBOX = ROOT / "target/debug/signalbox"
PLUGIN = ROOT / "plugins/target/wasm32-unknown-unknown/release/signalbox_whatsapp.wasm"
PATIENCE_SECONDS = 120


def main(seed):
    # So that nothing is left running behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    with tempfile.TemporaryDirectory(prefix="signalbox-api-agrees-") as folder, product(folder) as (env, base):
        subprocess.run([SIGNALBOX, "demo"], env=env, check=True, stdout=subprocess.DEVNULL)
        session = json.loads(pathlib.Path(folder, "data/sandbox.json").read_text())["demo_token"]
        key = api_key(base, session)
        code = try_everything(base, key, seed, folder)
        # If the key were good for nothing by now, nothing would have been proven.
        call(base, key, "GET", "/api/v1/users")
    return code


@contextlib.contextmanager
def product(folder):
    """The product on a data directory of its own; its environment, and where it is."""
    # PostgreSQL, which may run under another account, has to get there.
    os.chmod(folder, 0o755)
    http, providers = free_port(), free_port()
    base = f"http://127.0.0.1:{http}"
    env = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    env |= {
        "SIGNALBOX_DATA_DIR": f"{folder}/data",
        "SIGNALBOX_HTTP_BIND": f"127.0.0.1:{http}",
        "SIGNALBOX_SANDBOX_BIND": f"127.0.0.1:{providers}",
        "SIGNALBOX_SANDBOX_SMTP_BIND": "127.0.0.1:0",
        "SIGNALBOX_RATE_LIMIT_PER_CALLER": "0",
        "SIGNALBOX_RATE_LIMIT_PER_ADDRESS": "0",
    }
    log = pathlib.Path(folder, "log")
    with open(log, "wb") as output:
        up = subprocess.Popen([SIGNALBOX, "up", "--sandbox", "--plugin", PLUGIN], env=env, stdout=output, stderr=output)
    try:
        wait_until(lambda: "Signalbox is running." in log.read_text(), up, log)
        yield env, base
    except BaseException:
        print(log.read_text()[-5000:], file=sys.stderr)
        raise
    finally:
        up.send_signal(signal.SIGTERM)
        up.wait(PATIENCE_SECONDS)


def wait_until(done, process, log):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not done():
        if process.poll() is not None or time.monotonic() > deadline:
            raise SystemExit("the product does not start")
        time.sleep(0.1)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def api_key(base, session):
    """A key that may do everything that a key may: it outlives whatever is done to sessions."""
    permissions = call(base, session, "GET", "/api/v1/auth/me")["permissions"]
    return call(base, session, "POST", "/api/v1/api-keys", {"name": "api-agrees", "scopes": permissions})["token"]


def call(base, token, method, path, body=None):
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(base + path, data=data, headers=headers, method=method)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def try_everything(base, key, seed, folder):
    schemathesis = [
        pathlib.Path(sys.executable).parent / "schemathesis",
        "--config-file", ROOT / "scripts/api_agrees.toml",
        "run", ROOT / "schemas/openapi.json",
        "--url", base,
        "--header", f"Authorization: Bearer {key}",
        "--seed", seed,
    ]
    env = os.environ | {"PYTHONPATH": str(ROOT / "scripts"), "SIGNALBOX_URL": base, "SIGNALBOX_KEY": key}
    return subprocess.run([str(part) for part in schemathesis], env=env, cwd=folder).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
