"""A small internet, for one Python script that believes it is on the real one.

`python -m tests.small_internet SCRIPT FOLDER` has to be started in network and mount namespaces of its own. It lays a
cable into a second network namespace, where a name server, web servers and their certificate authority run on public
addresses; makes that name server the system's; starts web servers on this side's loopback and private addresses, which
nothing from outside should ever reach; and runs SCRIPT with `FOLDER/ca.pem` in place. What all servers saw is then in
`FOLDER/seen.json`: `public` and `private`, one list of requests each, and `asked`, the questions to the name server.

The zone is in `_ZONE`; names that are not in it do not exist.
"""

from __future__ import annotations

import contextlib
import http.server
import itertools
import json
import runpy
import socketserver
import ssl
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import ClassVar

import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
import trustme
from pyroute2 import IPRoute

from tests.loopback import serving

WORKER = "93.184.216.1"
FILES, OTHER, IMPOSTOR, NAMES = "93.184.216.34", "93.184.216.35", "93.184.216.36", "93.184.216.53"
WORKER_IPV6, FILES_IPV6 = "2606:2800:220:1::1", "2606:2800:220:1::34"
INSIDE = "10.1.2.3"
METADATA = "169.254.169.254"
DOCUMENT = b"%PDF-1.7 the document"

# Name -> its answers in turn (the last one stays): each a list of addresses, or of the name that it is an alias of.
_ZONE: dict[str, list[list[str]]] = {
    "files.example": [[FILES]],
    "other.example": [[OTHER]],
    "impostor.example": [[IMPOSTOR]],
    "v6.example": [[FILES_IPV6]],
    "both.example": [[FILES_IPV6, FILES]],
    "alias.example": [["files.example"]],
    "rebinding.example": [[FILES], ["127.0.0.1"]],
    "turning.example": [[FILES], ["127.0.0.1"]],
    "dead-then-inside.example": [["93.184.216.99"], ["127.0.0.1"]],
    "loopback.example": [["127.0.0.1"]],
    "loopback6.example": [["::1"]],
    "unspecified.example": [["0.0.0.0"]],
    "inside.example": [[INSIDE]],
    "metadata.example": [[METADATA]],
    "mixed.example": [[FILES, INSIDE]],
    "mixed6.example": [[FILES, "::1"]],
    # There is no way to the second address, so that the resolver puts it last.
    "mixed-last.example": [[FILES, "192.168.7.7"]],
    "mapped.example": [["::ffff:127.0.0.1"]],
    "nat64.example": [["64:ff9b::7f00:1"]],
    "6to4.example": [["2002:7f00:1::"]],
    "local-link.example": [["fe80::1"]],
    "unique-local.example": [["fd00:ec2::254"]],
    "alias-of-localhost.example": [["localhost"]],
    "localhost": [["127.0.0.1"]],
    "worker.example": [[WORKER]],
    "xn--bcher-kva.example": [[FILES]],
}
_SILENT = "silent.example"


class _Names(socketserver.BaseRequestHandler):
    """A name server over UDP."""

    asked: ClassVar[Counter[str]] = Counter()

    def handle(self) -> None:
        wire, connection = self.request
        query = dns.message.from_wire(wire)
        question = query.question[0]
        name, kind = question.name.to_text().rstrip(".").lower(), question.rdtype
        if name == _SILENT:
            return
        answer = dns.message.make_response(query)
        if name in _ZONE:
            turns = _ZONE[name]
            _answer(answer, name, turns[min(self.asked[f"{name} {int(kind)}"], len(turns) - 1)], kind)
        else:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        self.asked[f"{name} {int(kind)}"] += 1
        connection.sendto(answer.to_wire(), self.client_address)


def _answer(answer: dns.message.Message, name: str, values: list[str], kind: dns.rdatatype.RdataType) -> None:
    for value in values:
        if value in _ZONE:
            answer.answer.append(dns.rrset.from_text(f"{name}.", 0, "IN", "CNAME", f"{value}."))
            _answer(answer, value, _ZONE[value][0], kind)
        elif kind == (dns.rdatatype.AAAA if ":" in value else dns.rdatatype.A):
            answer.answer.append(dns.rrset.from_text(f"{name}.", 0, "IN", kind, value))


class _Web(http.server.BaseHTTPRequestHandler):
    """Serves the document; `/to/...` redirects to what comes behind it."""

    protocol_version = "HTTP/1.1"
    seen: list[dict[str, str | None]]

    def do_GET(self) -> None:
        self.seen.append(
            {
                "at": self.server.server_address[0],
                "path": self.path,
                "host": self.headers["Host"],
                "key": self.headers["X-Api-Key"],
                "sni": getattr(self.connection, "asked_for", None),
                "from": self.client_address[0],
            }
        )
        if self.path.startswith("/to/"):
            self.send_response(302)
            self.send_header("Location", self.path.removeprefix("/to/"))
            self.send_header("Content-Length", "0")
            self.send_header("Connection", "close")
            self.end_headers()
        else:
            self.send_response(200)
            self.send_header("Content-Length", str(len(DOCUMENT)))
            self.end_headers()
            self.wfile.write(DOCUMENT)


def _tls(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    context.sni_callback = lambda connection, name, _: setattr(connection, "asked_for", name)
    return context


def _configure(interface: str, *addresses: tuple[str, int]) -> None:
    """Give `interface` its addresses, at once usable, and set it up."""
    without_duplicate_detection = 2
    with IPRoute() as routes:
        index = routes.link_lookup(ifname=interface)[0]
        for address, prefix in addresses:
            routes.addr("add", index=index, address=address, prefixlen=prefix, flags=without_duplicate_detection)
        routes.link("set", index=index, state="up")


def public_side(folder: Path) -> None:
    """The servers of the public internet, until standard input ends."""
    sys.stdin.readline()
    _configure("lo")
    _configure("net", *((address, 24) for address in (FILES, OTHER, IMPOSTOR, NAMES)), (FILES_IPV6, 64))
    names = socketserver.ThreadingUDPServer((NAMES, 53), _Names)
    threading.Thread(target=names.serve_forever, daemon=True).start()
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    seen: list[dict[str, str | None]] = []
    # The impostor's certificate is for its address, and for another host: not for the name under which it is asked.
    certified = {
        FILES: ("files.example", "rebinding.example"),
        OTHER: ("other.example",),
        IMPOSTOR: (IMPOSTOR, "files.example"),
    }
    with contextlib.ExitStack() as servers:
        for address in (FILES, OTHER, IMPOSTOR, FILES_IPV6):
            servers.enter_context(serving(_Web, (address, 80), seen=seen))
        for address, subjects in certified.items():
            servers.enter_context(serving(_Web, (address, 443), _tls(authority, *subjects), seen=seen))
        _tell("ready")
        sys.stdin.readline()
        _tell(json.dumps({"public": seen, "asked": _Names.asked}))


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def private_side(script: str, folder: Path) -> None:
    """Build the network, run `script`, and write down what the servers saw."""
    command = ["unshare", "--net", sys.executable, "-m", "tests.small_internet", "public", str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as public:
        assert public.stdin is not None
        assert public.stdout is not None
        _lay_cable(public.pid)
        _configure("lo", (INSIDE, 32), (METADATA, 32))
        _configure("wan", (WORKER, 24), (WORKER_IPV6, 64))
        resolver = folder / "resolv.conf"
        resolver.write_text(f"nameserver {NAMES}\noptions timeout:2 attempts:1\n")
        subprocess.run(["mount", "--bind", str(resolver), "/etc/resolv.conf"], check=True)
        seen: list[dict[str, str | None]] = []
        with contextlib.ExitStack() as servers:
            for at in itertools.product(("127.0.0.1", "::1", INSIDE, METADATA, WORKER), (80, 8080)):
                servers.enter_context(serving(_Web, at, seen=seen))
            public.stdin.write("the cable is there\n")
            public.stdin.flush()
            assert public.stdout.readline() == "ready\n"
            runpy.run_path(script, run_name="__main__")
        public.stdin.write("that was all\n")
        public.stdin.flush()
        (folder / "seen.json").write_text(json.dumps({**json.loads(public.stdout.readline()), "private": seen}))


def _lay_cable(pid: int) -> None:
    here = Path("/proc/self/ns/net").readlink()
    while Path(f"/proc/{pid}/ns/net").readlink() == here:
        time.sleep(0.01)
    with IPRoute() as routes:
        routes.link("add", ifname="wan", kind="veth", peer={"ifname": "net", "net_ns_pid": pid})


if __name__ == "__main__":
    if sys.argv[1] == "public":
        public_side(Path(sys.argv[2]))
    else:
        private_side(sys.argv[1], Path(sys.argv[2]))
