"""The real Traefik with the configuration of production, its ports and the services' addresses replaced."""

import datetime as dt
import re
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
import orjson
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

ROOT = Path(__file__).parents[2]
PROGRAM = ROOT / "build" / "edge" / "bin" / "traefik"
NAME = "ads.example"
PORTS = ("web", "websecure", "dagster", "grafana", "flower", "prometheus", "n8n")
_OWN_ADDRESS = re.compile(r"http://(sidecar|webserver|grafana|flower|prometheus|n8n):\d+")


class Echo(BaseHTTPRequestHandler):
    """A service without logins: answers with what reached it."""

    def do_GET(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        self.rfile.read(length)
        body = orjson.dumps({"path": self.path, "method": self.command, "headers": dict(self.headers.items())})
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("server", "a service with a version 1.2.3")
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_PUT = do_DELETE = do_GET

    def log_message(self, *_: Any) -> None:
        """Nothing."""


class Traefik:
    """Serves until the context ends. ports: entry point → port; sidecar: its address on this machine."""

    def __init__(self, folder: Path, ports: dict[str, int], sidecar: str) -> None:
        self.ports, self._folder = ports, folder
        self._echo = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
        echo = f"http://127.0.0.1:{self._echo.server_port}"
        text = (ROOT / "config/traefik/dynamic.yml").read_text()
        text = _OWN_ADDRESS.sub(lambda found: sidecar if found[1] == "sidecar" else echo, text)
        make_certificate(folder)
        (folder / "dynamic.yml").write_text(with_certificate(text, folder))
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        threading.Thread(target=self._echo.serve_forever, daemon=True).start()
        with open(self._folder / "traefik.log", "wb") as log:
            self._process = subprocess.Popen(
                [str(PROGRAM), *self._arguments()], env={"PUBLIC_HOST": NAME}, stdout=log, stderr=log
            )
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and self.ask("websecure", "GET", "/healthz").status_code != 200:
            time.sleep(0.2)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(20)
        self._echo.shutdown()

    def ask(self, entry: str, method: str, path: str, *, host: str | None = None, **request: Any) -> httpx.Response:
        """A request to an entry point, under the public name unless another is given; 599 where nobody answers."""
        port, scheme = self.ports[entry], "http" if entry == "web" else "https"
        headers = {"host": host or f"{NAME}:{port}", **request.pop("headers", {})}
        return answer_of(method, f"{scheme}://127.0.0.1:{port}{path}", headers=headers, **request)

    def log(self) -> str:
        return (self._folder / "traefik.log").read_text()

    def _arguments(self) -> list[str]:
        """The flags of production, without certificates from elsewhere."""
        command = yaml.safe_load((ROOT / "docker-compose.prod.yml").read_text())["services"]["edge"]["command"]
        kept = [one for one in command if "certificatesresolvers" not in one and "accesslog" not in one]
        replaced = [one for one in kept if not re.match(r"--entrypoints\.\w+\.address|--providers", one)]
        addresses = [f"--entrypoints.{name}.address=127.0.0.1:{port}" for name, port in self.ports.items()]
        ping = "--entrypoints.ping.address=127.0.0.1:0"
        return [*replaced, *addresses, ping, f"--providers.file.filename={self._folder / 'dynamic.yml'}"]


def answer_of(method: str, url: str, timeout: float = 20, **request: Any) -> httpx.Response:
    """What is answered to the public name, whoever has signed its certificate; 599 where nobody answers in time."""
    try:
        with httpx.Client(verify=False, trust_env=False, timeout=timeout) as client:
            return client.request(method, url, extensions={"sni_hostname": NAME}, **request)
    except httpx.TransportError as fault:
        return httpx.Response(599, text=str(fault))


def with_certificate(text: str, folder: Path) -> str:
    """The edge's rules with the certificate of that folder instead of one from elsewhere."""
    named = f"{{certFile: {folder}/edge.pem, keyFile: {folder}/edge.key}}"
    return text.replace("tls: {certResolver: acme}", "tls: {}").replace(
        "\ntls:\n", f"\ntls:\n  certificates: [{named}]\n"
    )


def make_certificate(folder: Path) -> None:
    """edge.pem and edge.key, for a day."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "edge.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    (folder / "edge.key").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    )
