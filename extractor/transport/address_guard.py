"""A host's name -> its addresses, if the worker may connect to every one of them. In the worker.

Callers choose the host. Whatever is not part of the public internet is refused: this machine, its network, its cloud's
metadata service. A name is resolved once, all of its addresses are checked, and only a checked address is connected to,
so a name server that answers otherwise the next time changes nothing.

Python's `ipaddress.is_global` is not enough: in 3.11 it takes multicast, site-local addresses and those that carry an
IPv4 address inside (IPv4-compatible, 6to4, NAT64) for global. The lists here follow IANA's special-purpose address
registries (RFC 6890 and its updates), where "globally reachable" is false.
"""

from __future__ import annotations

import socket
import threading
from concurrent.futures import Future
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from ..deadline import Limit
from ..errors import FetchForbidden

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_NOT_PUBLIC_IPV4 = (
    IPv4Network("0.0.0.0/8"),  # "this network"; Linux connects 0.0.0.0 to itself
    IPv4Network("10.0.0.0/8"),  # private
    IPv4Network("100.64.0.0/10"),  # carrier-grade NAT, and Alibaba's metadata
    IPv4Network("127.0.0.0/8"),  # loopback
    IPv4Network("168.63.129.16/32"),  # Azure's virtual host: public by its number, inside every machine there
    IPv4Network("169.254.0.0/16"),  # link-local: the metadata of AWS, Google, Azure and others
    IPv4Network("172.16.0.0/12"),  # private
    IPv4Network("192.0.0.0/24"),  # IETF protocol assignments, and Oracle's metadata
    IPv4Network("192.0.2.0/24"),  # documentation
    IPv4Network("192.88.99.0/24"),  # 6to4 relays, deprecated
    IPv4Network("192.168.0.0/16"),  # private
    IPv4Network("198.18.0.0/15"),  # benchmarking
    IPv4Network("198.51.100.0/24"),  # documentation
    IPv4Network("203.0.113.0/24"),  # documentation
    IPv4Network("224.0.0.0/4"),  # multicast
    IPv4Network("240.0.0.0/4"),  # reserved, and broadcast
)

# All that IANA has assigned as global unicast. Outside of it: unspecified, loopback, IPv4-compatible, -mapped and
# -translated, NAT64 (64:ff9b::/96, 64:ff9b:1::/48), discard, segment routing, unique local, link-local, site-local,
# multicast.
_GLOBAL_UNICAST_IPV6 = IPv6Network("2000::/3")
_NOT_PUBLIC_IPV6 = (
    IPv6Network("2001::/23"),  # IETF protocol assignments: Teredo, benchmarking, ORCHID
    IPv6Network("2001:db8::/32"),  # documentation
    IPv6Network("2002::/16"),  # 6to4: carries an IPv4 address
    IPv6Network("3fff::/20"),  # documentation
)

# Names of private networks, refused before they are resolved: RFC 6761, RFC 6762, RFC 8375, ICANN's choice of 2024 for
# private use, and what routers use. The list need not be complete: the addresses of a name decide.
_PRIVATE_NAMES = ("localhost", "localdomain", "local", "internal", "lan", "home.arpa")


class HostNotFound(Exception):
    """The name has no address. `for_good`: its name server says so, and another try would not help."""

    def __init__(self, *, for_good: bool) -> None:
        super().__init__("the host's name cannot be resolved")
        self.for_good = for_good


def is_public(address: Address) -> bool:
    """Whether `address` belongs to the public internet."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _NOT_PUBLIC_IPV4)
    return address in _GLOBAL_UNICAST_IPV6 and not any(address in network for network in _NOT_PUBLIC_IPV6)


@dataclass(frozen=True, slots=True)
class AddressGuard:
    """Which hosts may be connected to: the public internet, and what the operator adds.

    `hosts` are names (`files.example`, `*.example` for all below it) and addresses that are allowed wherever they are.
    `networks` are networks whose addresses count as public.
    """

    hosts: tuple[str, ...] = ()
    networks: tuple[Network, ...] = ()

    def trusts(self, host: str) -> bool:
        """Whether the operator named `host` (lower case, no brackets)."""
        return any(
            host == pattern or (pattern.startswith("*.") and host.endswith(pattern[1:])) for pattern in self.hosts
        )

    def addresses(self, host: str, timeout: float, limit: Limit) -> list[Address]:
        """Every address of `host`, each once, in the order in which to try them.

        Raises `FetchForbidden` if one of them is not public, `HostNotFound`, `TimeoutError` after `timeout` seconds,
        and what `limit` raises (`OutOfTime`, or what the job ends with).
        """
        trusted = self.trusts(host)
        if _is_address(host):
            found = [ip_address(host)]
        else:
            if not trusted and not self.networks and _is_private(host):
                raise FetchForbidden("the host's name belongs to a private network")
            found = _resolved(host, timeout, limit)
        if not trusted:
            for address in found:
                if any(address in network for network in self.networks):
                    continue
                if not is_public(address) or _is_this_machine(address):
                    raise FetchForbidden("the host's address is not public")
        return found


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _is_private(name: str) -> bool:
    return "." not in name or any(name == private or name.endswith(f".{private}") for private in _PRIVATE_NAMES)


def _resolved(host: str, timeout: float, limit: Limit) -> list[Address]:
    # The system's resolver takes no time limit. It runs in a thread, which ends when the resolver gives up by itself.
    answer: Future[list[Address]] = Future()

    def ask() -> None:
        try:
            infos = socket.getaddrinfo(host.encode("ascii"), None, type=socket.SOCK_STREAM)
            answer.set_result(list(dict.fromkeys(ip_address(info[4][0]) for info in infos)))
        except BaseException as error:  # raised where the answer is waited for
            answer.set_exception(error)

    threading.Thread(target=ask, name="resolve", daemon=True).start()
    try:
        return limit.result(answer, timeout)
    except OSError as error:
        if isinstance(error, TimeoutError):
            raise
        raise HostNotFound(for_good=error.errno in (socket.EAI_NONAME, socket.EAI_NODATA)) from error


def _is_this_machine(address: Address) -> bool:
    """Whether a public address is one of this machine's own: the kernel would then send from that same address."""
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((str(address), 9))  # a datagram socket: the route is chosen, nothing is sent
        except OSError:  # there is no way there at all
            return False
        return ip_address(probe.getsockname()[0]) == address
