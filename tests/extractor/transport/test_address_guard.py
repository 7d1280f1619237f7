"""Tricks with addresses: each would reach a server on this machine, and none does."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.deadline import JobEnd
from extractor.errors import Cancelled, FetchForbidden, InvalidInput
from extractor.request import parse_request
from extractor.settings import Settings
from extractor.transport.address_guard import AddressGuard, is_public
from extractor.transport.source import fetch_document
from extractor.urls import InvalidUrl, parse_url
from tests.loopback import talking

# {port} is that of a server that listens on every address of this machine.
FORBIDDEN = [
    # Plain.
    "http://127.0.0.1:{port}/",
    "http://127.1.2.3:{port}/",
    "http://127.255.255.255:{port}/",
    "http://0.0.0.0:{port}/",
    "http://0.1.2.3:{port}/",
    "http://localhost:{port}/",
    "http://LOCALHOST:{port}/",
    "http://a.localhost:{port}/",
    "http://localhost.localdomain:{port}/",
    "http://ip6-localhost:{port}/",
    "http://printer:{port}/",
    "http://printer.local:{port}/",
    "http://metadata.google.internal/computeMetadata/v1/",
    "http://metadata/computeMetadata/v1/",
    # Other spellings of 127.0.0.1, 0.0.0.0 and 169.254.169.254.
    "http://2130706433:{port}/",
    "http://0x7f000001:{port}/",
    "http://0X7F000001:{port}/",
    "http://017700000001:{port}/",
    "http://0177.0.0.1:{port}/",
    "http://0x7f.0.0.1:{port}/",
    "http://0x7f.0x0.0x0.0x1:{port}/",
    "http://127.1:{port}/",
    "http://127.0.1:{port}/",
    "http://127.0.0.01:{port}/",
    "http://127.000.000.001:{port}/",
    "http://127.0x1:{port}/",
    "http://0:{port}/",
    "http://0x:{port}/",
    "http://00000000:{port}/",
    "http://4294967295:{port}/",
    "http://6442450945:{port}/",
    "http://127.0.0.257:{port}/",
    "http://2852039166/latest/meta-data/",
    "http://0xa9fea9fe/latest/meta-data/",
    "http://169.254.43518/latest/meta-data/",
    # Private, shared and special networks.
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://172.31.255.255/",
    "http://192.168.1.1/",
    "http://100.64.0.1/",
    "http://100.100.100.200/latest/meta-data/",
    "http://169.254.169.254/latest/meta-data/",
    "http://169.254.170.2/v2/credentials",
    "http://168.63.129.16/machine",
    "http://192.0.0.192/opc/v2/instance/",
    "http://192.0.2.1/",
    "http://192.88.99.1/",
    "http://198.18.0.1/",
    "http://198.51.100.1/",
    "http://203.0.113.1/",
    "http://224.0.0.1/",
    "http://239.255.255.250:1900/",
    "http://240.0.0.1/",
    "http://255.255.255.255/",
    # IPv6.
    "http://[::1]:{port}/",
    "http://[0:0:0:0:0:0:0:1]:{port}/",
    "http://[0000:0000:0000:0000:0000:0000:0000:0001]:{port}/",
    "http://[::]:{port}/",
    "http://[::ffff:127.0.0.1]:{port}/",
    "http://[::ffff:7f00:1]:{port}/",
    "http://[0:0:0:0:0:ffff:127.0.0.1]:{port}/",
    "http://[::ffff:169.254.169.254]/latest/meta-data/",
    "http://[::ffff:93.184.216.34]/",
    "http://[::ffff:0:127.0.0.1]:{port}/",
    "http://[::127.0.0.1]:{port}/",
    "http://[64:ff9b::127.0.0.1]/",
    "http://[64:ff9b::a9fe:a9fe]/",
    "http://[64:ff9b:1::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[2002:a9fe:a9fe::1]/",
    "http://[2001:0:7f00:1::]/",
    "http://[2001:db8::1]/",
    "http://[2001:2::1]/",
    "http://[2001:20::1]/",
    "http://[3fff::1]/",
    "http://[100::1]/",
    "http://[5f00::1]/",
    "http://[4000::1]/",
    "http://[fc00::1]/",
    "http://[fd00:ec2::254]/latest/meta-data/",
    "http://[fd20:ce::254]/computeMetadata/v1/",
    "http://[fe80::1]/",
    "http://[fec0::1]/",
    "http://[ff02::1]/",
    # Credentials, which also hide where the host begins.
    "http://user:word@93.184.216.34/",
    "http://user@127.0.0.1:{port}/",
    "http://93.184.216.34@127.0.0.1:{port}/",
    "http://93.184.216.34:80@127.0.0.1:{port}/",
    "http://127.0.0.1:{port}@93.184.216.34/",
    "http://@127.0.0.1:{port}/",
    "http://a@b@127.0.0.1:{port}/",
    # Other schemes.
    "file:///etc/passwd",
    "file://127.0.0.1/etc/passwd",
    "ftp://127.0.0.1:{port}/",
    "gopher://127.0.0.1:{port}/_GET%20/",
    "dict://127.0.0.1:{port}/info",
    "jar:http://127.0.0.1:{port}!/",
    "unix:///var/run/docker.sock",
    "data:text/plain,hello",
    "javascript:alert(1)",
    "ws://127.0.0.1:{port}/",
]
NOT_A_URL = [
    "",
    "/etc/passwd",
    "//127.0.0.1:{port}/",
    "127.0.0.1:{port}",
    "http:127.0.0.1:{port}/",
    "http:/127.0.0.1:{port}/",
    "http:///127.0.0.1:{port}/",
    "http://",
    "http://:{port}/",
    "http://?127.0.0.1:{port}/",
    # What some parsers drop, and some take for a slash.
    "http:\\\\127.0.0.1:{port}\\",
    "http://93.184.216.34\\@127.0.0.1:{port}/",
    "http://127.0.0.1\\.example:{port}/",
    "http://127.0.0.1\t:{port}/",
    "ht\ntp://127.0.0.1:{port}/",
    "http://127.0.0.1\r\n:{port}/",
    "http://127.0.0.1\x00.example:{port}/",
    "\x01http://127.0.0.1:{port}/",
    "http://93.184.216.34/\r\nHost: 127.0.0.1",
    "http://93.184.216.34/a HTTP/1.1\r\nX-A: b",
    " http://127.0.0.1:{port}/ ",
    "http://127.0.0.1 :{port}/",
    # Percent-encoded hosts, zone ids, trailing dots.
    "http://%31%32%37.0.0.1:{port}/",
    "http://127%2e0%2e0%2e1:{port}/",
    "http://localhos%74:{port}/",
    "http://127.0.0.1%00.example:{port}/",
    "http://127.0.0.1%0a:{port}/",
    "http://[::1%25lo]:{port}/",
    "http://[fe80::1%lo]:{port}/",
    "http://127.0.0.1.:{port}/",
    "http://localhost.:{port}/",
    "http://localhost..:{port}/",
    "http://.localhost:{port}/",
    # Letters, digits and dots that a mapping would turn into those of an address.
    "http://１２７.0.0.1:{port}/",
    "http://①②⑦.0.0.1:{port}/",
    "http://127。0。0。1:{port}/",
    "http://127．0．0．1:{port}/",
    "http://127｡0｡0｡1:{port}/",
    "http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ:{port}/",
    "http://ｌｏｃａｌｈｏｓｔ:{port}/",
    "http://loc\u00adalhost:{port}/",
    "http://local\u200bhost:{port}/",
    "http://localhoﬆ:{port}/",
    "http://𝟏𝟐𝟕.𝟎.𝟎.𝟏:{port}/",
    "http://٣.٣.٣.٣/",
    # Brackets, ports, labels.
    "http://[127.0.0.1]:{port}/",
    "http://[::1:{port}/",
    "http://::1:{port}/",
    "http://[::1]]:{port}/",
    "http://[]:{port}/",
    "http://[v1.a]/",
    "http://[::1].example:{port}/",
    "http://93.184.216.34:{port}:80/",
    "http://93.184.216.34:0/",
    "http://93.184.216.34:65536/",
    "http://93.184.216.34:-1/",
    "http://93.184.216.34:８０/",
    "http://-a.example/",
    "http://a-.example/",
    "http://a..example/",
    f"http://{'a' * 64}.example/",
    f"http://{'a.' * 127}example/",
    "http://exa$mple.example/",
    "http://127.0.0.1,93.184.216.34:{port}/",
    "http://127.0.0.1;93.184.216.34:{port}/",
    "http://{{127.0.0.1}}:{port}/",
    "http://xn--\u0430.example/",
]


class Doors:
    """A port of every address of this machine, and how many came there."""

    port: int
    visitors = 0

    def answer(self, visitor: socket.socket) -> None:
        self.visitors += 1
        visitor.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nsecret")


@contextmanager
def opened() -> Iterator[Doors]:
    doors = Doors()
    everywhere = socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True)
    with talking(doors.answer, everywhere) as address:
        doors.port = address.port
        yield doors


@pytest.fixture(scope="module")
def doors() -> Iterator[Doors]:
    with opened() as doors:
        yield doors


def fetch(folder: Path, url: str, **settings: object) -> bytes:
    request = parse_request({"document_url": url})
    return fetch_document(request, folder, Settings.model_validate(settings), JobEnd()).path.read_bytes()


@pytest.mark.parametrize("url", FORBIDDEN)
def test_where_the_worker_does_not_go(doors: Doors, tmp_path: Path, url: str) -> None:
    with pytest.raises(FetchForbidden, match=r"^document_url: "):
        fetch(tmp_path, url.replace("{port}", str(doors.port)))
    assert doors.visitors == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("url", NOT_A_URL)
def test_what_is_no_url(doors: Doors, tmp_path: Path, url: str) -> None:
    with pytest.raises(InvalidInput, match=r"^document_url: "):
        fetch(tmp_path, url.replace("{port}", str(doors.port)))
    with pytest.raises(InvalidInput, match=r"^result_url: "):
        parse_request({"document_content_base64": "", "result_url": url.replace("{port}", str(doors.port))})
    assert doors.visitors == 0


class TestOperator:
    """What the operator allows is reached; so the tricks above were refused, and not merely out of reach."""

    @pytest.mark.parametrize(
        ("url", "allowed"),
        [
            ("http://127.0.0.1:{port}/", {"fetch_allow_hosts": "127.0.0.1"}),
            ("http://[::1]:{port}/", {"fetch_allow_hosts": "files.example, [::1]"}),
            ("http://LocalHost:{port}/", {"fetch_allow_hosts": "LOCALHOST"}),
            ("http://127.3.2.1:{port}/", {"fetch_allow_networks": "10.0.0.0/8,127.0.0.0/8"}),
            ("http://[::1]:{port}/", {"fetch_allow_networks": "::1/128"}),
            ("http://localhost:{port}/", {"fetch_allow_networks": "127.0.0.0/8,::1/128"}),
        ],
    )
    def test_allowed_hosts_and_networks_are_reached(self, tmp_path: Path, url: str, allowed: dict[str, str]) -> None:
        with opened() as doors:
            assert fetch(tmp_path, url.replace("{port}", str(doors.port)), **allowed) == b"secret"
            assert doors.visitors == 1

    @pytest.mark.parametrize(
        ("url", "allowed"),
        [
            ("http://127.0.0.2:{port}/", {"fetch_allow_hosts": "127.0.0.1"}),
            ("http://localhost:{port}/", {"fetch_allow_hosts": "*.localhost,files.localhost,host"}),
            ("http://127.0.0.1:{port}/", {"fetch_allow_hosts": "localhost"}),
            ("http://127.0.0.1:{port}/", {"fetch_allow_networks": "10.0.0.0/8,::1/128"}),
            ("http://localhost:{port}/", {"fetch_allow_networks": "10.0.0.0/8"}),
            ("http://[::ffff:127.0.0.1]:{port}/", {"fetch_allow_networks": "127.0.0.0/8"}),
            ("http://2130706433:{port}/", {"fetch_allow_networks": "127.0.0.0/8"}),
        ],
    )
    def test_nothing_else_is(self, doors: Doors, tmp_path: Path, url: str, allowed: dict[str, str]) -> None:
        with pytest.raises(FetchForbidden):
            fetch(tmp_path, url.replace("{port}", str(doors.port)), **allowed)
        assert doors.visitors == 0

    @pytest.mark.parametrize(
        ("pattern", "host", "trusted"),
        [
            ("*.store.example", "a.store.example", True),
            ("*.store.example", "a.b.store.example", True),
            ("*.store.example", "store.example", False),
            ("*.store.example", "evilstore.example", False),
            ("*.store.example", "a.store.example.evil.example", False),
            ("store.example", "a.store.example", False),
        ],
    )
    def test_patterns(self, pattern: str, host: str, trusted: bool) -> None:
        assert AddressGuard((pattern,)).trusts(host) is trusted

    @pytest.mark.parametrize(
        "wrong",
        [
            {"fetch_allow_hosts": "*"},
            {"fetch_allow_hosts": "*."},
            {"fetch_allow_hosts": "a.*.example"},
            {"fetch_allow_hosts": "10.0.0.0/8"},
            {"fetch_allow_hosts": "http://files.example"},
            {"fetch_allow_hosts": "files.example:8080"},
            {"fetch_allow_networks": "localhost"},
            {"fetch_allow_networks": "10.0.0.1/8"},
        ],
    )
    def test_a_setting_that_says_something_else_stops_the_worker(self, wrong: dict[str, str]) -> None:
        with pytest.raises(ValueError, match="fetch_allow"):
            Settings.model_validate(wrong)

    def test_settings_come_from_the_environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("FETCH_ALLOW_HOSTS", "files.example, *.Store.example")
        monkeypatch.setenv("FETCH_ALLOW_NETWORKS", "10.0.0.0/8,fd00::/8")
        settings = Settings()
        assert settings.fetch_allow_hosts == ("files.example", "*.store.example")
        assert [str(network) for network in settings.fetch_allow_networks] == ["10.0.0.0/8", "fd00::/8"]


class TestPublic:
    @pytest.mark.parametrize(
        "address",
        [
            *("1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255"),
            *("128.0.0.0", "168.63.129.15", "168.63.129.17", "169.253.255.255", "169.255.0.0", "172.15.255.255"),
            *(
                "172.32.0.0",
                "192.0.1.0",
                "192.0.3.0",
                "192.88.98.255",
                "192.88.100.0",
                "192.167.255.255",
                "192.169.0.0",
            ),
            *("198.17.255.255", "198.20.0.0", "198.51.99.255", "198.51.101.0", "203.0.112.255", "203.0.114.0"),
            *("223.255.255.255", "2000::1", "2001:200::1", "2001:4860:4860::8888", "2001:db7::1", "2001:db9::1"),
            *("2003::1", "2606:2800:220:1::34", "2a00:1450::1", "3ffe:ffff::1"),
        ],
    )
    def test_neighbours_of_what_is_refused(self, address: str) -> None:
        assert is_public(ipaddress.ip_address(address))

    @given(st.ip_addresses())
    def test_what_python_knows_to_be_special_is_never_public(
        self, address: ipaddress.IPv4Address | ipaddress.IPv6Address
    ) -> None:
        special = (
            not address.is_global or address.is_multicast or address.is_reserved or address.is_link_local
        ) or address.is_unspecified
        if isinstance(address, ipaddress.IPv6Address):
            special |= address.is_site_local or any((address.ipv4_mapped, address.sixtofour, address.teredo))
        assert not (special and is_public(address))


class TestUrl:
    @pytest.mark.parametrize(
        ("url", "authority", "path"),
        [
            ("https://Files.Example", "files.example", "/"),
            ("https://files.example:443/a", "files.example", "/a"),
            ("http://files.example:443/a", "files.example:443", "/a"),
            ("http://[2606:2800:0220:0001::34]:81/a", "[2606:2800:220:1::34]:81", "/a"),
            ("http://bücher.example/ü?q=ß", "xn--bcher-kva.example", "/%C3%BC?q=%C3%9F"),
            ("http://files.example/my file.pdf", "files.example", "/my%20file.pdf"),
            ("http://my_bucket.files.example/a#part", "my_bucket.files.example", "/a"),
            ("http://files.example?sig=a%2Fb+c==&x=%7E~", "files.example", "/?sig=a%2Fb+c==&x=%7E~"),
            ("http://files.example/a/../%2e%2e/b//c", "files.example", "/a/../%2e%2e/b//c"),
            ("http://files.example/http://127.0.0.1/", "files.example", "/http://127.0.0.1/"),
        ],
    )
    def test_what_is_sent(self, url: str, authority: str, path: str) -> None:
        target = parse_url(url)
        assert (target.authority, target.path) == (authority, path)
        assert parse_url(target.url) == target

    @given(st.text() | st.from_regex(r"https?://[^/]{0,20}.*", fullmatch=True))
    def test_any_text_is_a_url_or_is_refused(self, text: str) -> None:
        try:
            target = parse_url(text)
        except (InvalidUrl, FetchForbidden):
            return
        sent = f"{target.authority}{target.path}"
        assert sent.isascii()
        assert sent.isprintable()
        assert " " not in sent
        assert parse_url(target.url) == target


def test_a_stopped_job_does_not_wait_for_a_name_server() -> None:
    end = JobEnd()
    end.end("stopped")
    with pytest.raises(Cancelled):
        AddressGuard().addresses("files.example", 60, end.limit("the document had arrived"))
