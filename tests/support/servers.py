"""Real servers for the stores' contract, each started once a test process, on loopback, and ended with it.

A server's program is looked for in the folders of TEST_SERVERS (as in PATH), then in PATH. `.ci/run` puts them there.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

AZURITE_ACCOUNT = "devstoreaccount1"
# Published by Microsoft for its emulator: no secret.
AZURITE_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
_START = 60.0


def program(name: str) -> str:
    """Find a server's program, or skip."""
    folders = os.pathsep.join([os.environ.get("TEST_SERVERS", ""), os.environ.get("PATH", "")])
    found = shutil.which(name, path=folders)
    if found is None:
        pytest.skip(f"{name} is absent")
    return found


def free_ports(count: int, top: int = 55_000) -> list[int]:
    """Give ports that are free now, all below `top`."""
    ports: list[int] = []
    with contextlib.ExitStack() as stack:
        while len(ports) < count:
            one = stack.enter_context(socket.socket())
            one.bind(("127.0.0.1", 0))
            if one.getsockname()[1] < top:
                ports.append(one.getsockname()[1])
    return ports


@contextlib.contextmanager
def running(command: list[str], folder: Path, **options) -> Iterator[None]:
    """Run a server until the context ends; what it says goes into a file."""
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, **options)  # noqa: S603  # found above
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def asked(url: str, method: str = "GET", headers: dict[str, str] | None = None) -> int:
    """Give the status of one request; 0 when nobody answers."""
    request = urllib.request.Request(url, method=method, headers=headers or {})  # noqa: S310  # our own loopback
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310  # as above
            return answer.status
    except urllib.error.HTTPError as error:
        with error:
            return error.code
    except OSError:
        return 0


def wait_for(check, folder: Path) -> None:
    """Wait until a server answers."""
    end = time.monotonic() + _START
    while not check():
        if time.monotonic() > end:
            pytest.fail(f"a server did not start: {(folder / 'log').read_text(errors='replace')[-2000:]}")
        time.sleep(0.1)


@contextlib.contextmanager
def moto(folder: Path) -> Iterator[dict[str, str]]:
    """Serve S3 by moto."""
    [port] = free_ports(1)
    url = f"http://127.0.0.1:{port}"
    with running([program("moto_server"), "-H", "127.0.0.1", "-p", str(port)], folder):
        wait_for(lambda: asked(url) != 0, folder)
        assert asked(f"{url}/states", "PUT") == 200
        yield s3_environment(url)


@contextlib.contextmanager
def seaweed(folder: Path) -> Iterator[dict[str, str]]:
    """Serve S3 by SeaweedFS, a real one."""
    names = ["master.port", "volume.port", "filer.port", "s3.port", "master.port.grpc", "volume.port.grpc"]
    names += ["filer.port.grpc", "s3.port.grpc", "s3.port.iceberg", "s3.port.lance", "admin.port", "admin.port.grpc"]
    ports = dict(zip(names, free_ports(len(names)), strict=True))
    actions = ["Admin", "Read", "Write", "List"]
    identity = {"name": "t", "credentials": [{"accessKey": "k", "secretKey": "s"}], "actions": actions}
    (folder / "s3.json").write_text(json.dumps({"identities": [identity]}))
    (folder / "data").mkdir()
    url = f"http://127.0.0.1:{ports['s3.port']}"
    command = [program("weed"), "mini", "-dir=data", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-s3.config=s3.json"]
    command += ["-bucket=states", "-webdav=false", "-admin.ui=false", "-master.telemetry=false"]
    with running([*command, *(f"-{name}={port}" for name, port in ports.items())], folder):
        wait_for(lambda: asked(f"{url}/healthz") == 200, folder)
        environ = s3_environment(url)
        wait_for(lambda: _takes(environ), folder)
        yield environ


def _takes(environ: dict[str, str]) -> bool:
    """Tell whether an S3 takes an object: some answer long before."""
    script = "import obstore, obstore.store as s; obstore.put(s.S3Store('states', client_options={'allow_http': True,"
    script += " 'timeout': '5s'}, retry_config={'max_retries': 0}), 'ready', b'1')"
    asking = subprocess.run(  # noqa: S603  # our own interpreter
        [sys.executable, "-c", script], env={**os.environ, **environ}, check=False, stderr=subprocess.DEVNULL
    )
    return asking.returncode == 0


def s3_environment(url: str) -> dict[str, str]:
    """Give the variables of an S3 of ours."""
    return {
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "k",
        "AWS_SECRET_ACCESS_KEY": "s",
        "AWS_REGION": "us-east-1",
    }


@contextlib.contextmanager
def azurite(folder: Path) -> Iterator[dict[str, str]]:
    """Serve Azure Blob Storage by Microsoft's emulator."""
    [port] = free_ports(1)
    where = ["--blobHost", "127.0.0.1", "--blobPort", str(port)]
    quiet = ["--inMemoryPersistence", "--silent", "--skipApiVersionCheck", "--disableTelemetry"]
    command = [program("azurite-blob"), *where, *quiet]
    url = f"http://127.0.0.1:{port}/{AZURITE_ACCOUNT}"
    with running(command, folder):
        wait_for(lambda: asked(url) != 0, folder)
        made = subprocess.run(  # noqa: S603  # our own interpreter
            [sys.executable, "-c", _MAKE_CONTAINER, url, AZURITE_ACCOUNT, AZURITE_KEY], check=False
        )
        assert made.returncode == 0
        yield {
            "AZURE_STORAGE_ENDPOINT": url,
            "AZURE_STORAGE_ACCOUNT_NAME": AZURITE_ACCOUNT,
            "AZURE_STORAGE_ACCOUNT_KEY": AZURITE_KEY,
        }


# Containers are none of obstore's business: one signed request makes ours.
_MAKE_CONTAINER = """
import base64, email.utils, hashlib, hmac, sys, urllib.parse, urllib.request
url, account, key = sys.argv[1:]
headers = {"x-ms-date": email.utils.formatdate(usegmt=True), "x-ms-version": "2021-08-06"}
path = urllib.parse.urlsplit(url).path
canonical = "".join(f"{name}:{headers[name]}\\n" for name in sorted(headers))
text = "PUT\\n" + "\\n" * 11 + canonical + f"/{account}{path}/states\\nrestype:container"
signature = base64.b64encode(hmac.new(base64.b64decode(key), text.encode(), hashlib.sha256).digest()).decode()
request = urllib.request.Request(f"{url}/states?restype=container", method="PUT", headers={
    **headers, "Authorization": f"SharedKey {account}:{signature}", "Content-Length": "0"})
assert urllib.request.urlopen(request).status == 201
"""


@contextlib.contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """Serve PostgreSQL; gives the address of a database without its parameters."""
    bins = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", os.pathsep.join([os.environ.get("PATH", ""), *map(str, bins)]))
        initdb, server = program("initdb"), program("postgres")
    as_user: list[str] = []
    if os.getuid() == 0:  # it refuses root
        shutil.chown(folder, "postgres")
        as_user = [program("setpriv"), "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    data = folder / "data"
    made = [*as_user, initdb, "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"]
    subprocess.run(made, cwd=folder, check=True, stdout=subprocess.DEVNULL)  # noqa: S603  # found above
    [port] = free_ports(1)
    options = ["-p", str(port), "-h", "127.0.0.1", "-k", str(folder), "-c", "fsync=off"]
    with running([*as_user, server, "-D", str(data), *options], folder):
        wait_for(lambda: _accepts(port), folder)
        yield f"postgresql://postgres@127.0.0.1:{port}/postgres"


def _accepts(port: int) -> bool:
    import psycopg  # noqa: PLC0415  # an extra

    try:
        psycopg.connect(f"postgresql://postgres@127.0.0.1:{port}/postgres", connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


@contextlib.contextmanager
def folder_of(name: str) -> Iterator[Path]:
    """Give a folder that other users may enter, gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix=f"reconciler-{name}-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
