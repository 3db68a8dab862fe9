"""The one client that dials out, against real sockets of this machine."""

import gzip
import ipaddress
import socket
import ssl
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from time import monotonic, sleep

import pytest
import requests
from authlib.integrations.requests_client import OAuth2Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from portal.security import outbound
from portal.security.outbound import OutboundRefused

Talk = Callable[[socket.socket], None]
OK = b"HTTP/1.1 200 OK\r\n"


@contextmanager
def server(talk: Talk, context: ssl.SSLContext | None = None) -> Iterator[tuple[int, list[bytes]]]:
    """A server on 127.0.0.1 that hears a request and talks; gives its port and what it heard."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    raw, _ = listening.accept()
                    with (
                        suppress(OSError),
                        raw,
                        context.wrap_socket(raw, server_side=True) if context else raw as heard_on,
                    ):
                        heard.append(heard_on.recv(65_536))
                        talk(heard_on)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listening.getsockname()[1], heard
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()


def answering(*parts: bytes, pause: float = 0) -> Talk:
    def talk(connection: socket.socket) -> None:
        for part in parts:
            connection.sendall(part)
            sleep(pause)

    return talk


def with_body(body: bytes, *headers: str) -> Talk:
    lines = "".join(f"{header}\r\n" for header in (f"Content-Length: {len(body)}", *headers))
    return answering(OK + lines.encode() + b"\r\n" + body)


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises(OutboundRefused) as refused:
        call()
    return refused.value.code


@pytest.fixture
def names_mean(monkeypatch) -> Callable[[list[str]], None]:
    """Let every name have these addresses."""
    return lambda addresses: monkeypatch.setattr(outbound, "resolve", lambda *_: addresses)


@pytest.mark.parametrize(
    "address",
    [
        *("0.0.0.0", "10.1.2.3", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.9.9.9", "168.63.129.16"),
        *("169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1"),
        *("198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255"),
        *("::", "::1", "::ffff:8.8.8.8", "::ffff:127.0.0.1", "::8.8.8.8", "64:ff9b::8.8.8.8", "64:ff9b:1::1"),
        *("100::1", "2001::1", "2001:0:4136:e378::1", "2001:20::1", "2001:db8::1", "2002:7f00:1::", "3fff::1"),
        *("5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%2", "fec0::1", "ff02::1"),
    ],
)
def test_address_that_is_no_public_host_is_refused(address):
    assert not outbound.is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "100.63.255.255", "100.128.0.1", "172.32.0.1", "2606:4700::1111"])
def test_address_of_the_public_internet_is_allowed(address):
    assert outbound.is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://10.0.0.1/", "ADDRESS_NOT_ALLOWED"),
        ("https://[::ffff:10.0.0.1]/", "ADDRESS_NOT_ALLOWED"),
        ("https://[fe80::1]/", "ADDRESS_NOT_ALLOWED"),
        ("https://169.254.169.254/latest/meta-data/", "ADDRESS_NOT_ALLOWED"),
        ("https://user:password@8.8.8.8/", "ADDRESS_NOT_ALLOWED"),
        ("http://10.0.0.1/", "ADDRESS_NOT_ALLOWED"),
        ("http://8.8.8.8/", "SCHEME_NOT_ALLOWED"),
        ("ftp://8.8.8.8/", "SCHEME_NOT_ALLOWED"),
        ("file:///etc/passwd", "SCHEME_NOT_ALLOWED"),
    ],
)
def test_url_that_may_not_be_dialed_is_refused(url, code):
    assert code_of(lambda: outbound.session().get(url)) == code


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1", "2130706433", "0x7f.0.0.1", "localhost", "[::1]", "0.0.0.0"])
def test_this_machine_is_refused_outside_the_demo(settings, host):
    settings.OUTBOUND_ALLOWS_LOOPBACK = False

    assert code_of(lambda: outbound.session().get(f"https://{host}:1/")) == "ADDRESS_NOT_ALLOWED"
    assert code_of(lambda: outbound.session().get(f"http://{host}:1/")) == "SCHEME_NOT_ALLOWED"


@pytest.mark.parametrize("private", ["10.0.0.1", "169.254.169.254", "100.64.0.1", "fd00::1"])
@pytest.mark.parametrize("is_first", [True, False])
def test_host_with_one_address_that_is_not_allowed_is_refused_whole(names_mean, private, is_first):
    answer = [private, "127.0.0.1"] if is_first else ["127.0.0.1", private]
    names_mean(answer)

    with server(with_body(b"reached")) as (port, heard):
        code = code_of(lambda: outbound.session().get(f"http://utility.example:{port}/"))

    assert (code, heard) == ("ADDRESS_NOT_ALLOWED", [])


def test_host_is_resolved_once_and_dialed_at_the_vetted_address(monkeypatch):
    answers = [["127.0.0.1"], ["10.0.0.1"]]  # a second look-up would be answered otherwise
    monkeypatch.setattr(outbound, "resolve", lambda *_: answers.pop(0))
    dialer = outbound.session()

    with server(with_body(b"reached")) as (port, heard):
        answer = dialer.get(f"http://utility.example:{port}/path")
        again = code_of(lambda: dialer.get(f"http://utility.example:{port}/path"))

    assert (answer.text, again, answers) == ("reached", "ADDRESS_NOT_ALLOWED", [])
    assert f"Host: utility.example:{port}".encode() in heard[0]


def test_next_address_is_dialed_when_nobody_answers_at_the_first(names_mean):
    names_mean(["127.0.0.9", "127.0.0.1"])

    with server(with_body(b"reached")) as (port, _):
        assert outbound.session().get(f"http://utility.example:{port}/").text == "reached"


@pytest.mark.parametrize("error", [socket.gaierror(-2, "Name or service not known"), UnicodeError("label too long")])
def test_name_without_an_address_is_a_connection_error(monkeypatch, error):
    def resolve(host: str, port: int) -> list[str]:
        raise error

    monkeypatch.setattr(outbound, "resolve", resolve)

    with pytest.raises(requests.ConnectionError, match=r"^No answer from utility.example: NameResolutionError$"):
        outbound.session().get("https://utility.example/?token=secret")


def test_connection_that_nobody_takes_is_a_connection_error_without_the_path():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]

    with pytest.raises(requests.ConnectionError, match=r"^No answer from 127.0.0.1: NewConnectionError$"):
        outbound.session().get(f"http://127.0.0.1:{port}/callback?code=secret")


def test_resolver_that_does_not_answer_ends_at_the_deadline(monkeypatch):
    hung = threading.Event()
    monkeypatch.setattr(outbound, "resolve", lambda *_: hung.wait(20) or [])
    began = monotonic()

    code = code_of(lambda: outbound.session(seconds=0.3).get("https://utility.example/"))

    hung.set()
    assert code == "TOO_SLOW"
    assert monotonic() - began < 15


@pytest.mark.parametrize(
    "talk",
    [
        answering(pause=20),
        answering(*[b"H"] * 100, pause=0.05),
        answering(OK, *[f"X-{number}: y\r\n".encode() for number in range(90)], pause=0.05),
        answering(OK + b"Content-Length: 500\r\n\r\n", *[b"x"] * 500, pause=0.05),
        answering(OK + b"\r\n", *[b"x"] * 500, pause=0.05),  # without a length: shut down, it looks finished
        answering(OK + b"Transfer-Encoding: chunked\r\n\r\n", *[b"1\r\nx\r\n"] * 500, pause=0.05),
    ],
    ids=["silence", "status line", "headers", "body", "body without length", "chunks"],
)
def test_slow_drip_ends_at_the_deadline(talk):
    done = threading.Event()

    def until_done(connection: socket.socket) -> None:
        threading.Thread(target=_quietly, args=(talk, connection), daemon=True).start()
        done.wait(20)

    with server(until_done) as (port, _):
        began = monotonic()
        code = code_of(lambda: outbound.session(seconds=0.5).get(f"http://127.0.0.1:{port}/"))
        took = monotonic() - began
        done.set()

    assert code == "TOO_SLOW"
    assert took < 15


def _quietly(talk: Talk, connection: socket.socket) -> None:
    with suppress(OSError):
        talk(connection)


def test_handshake_that_never_ends_ends_at_the_deadline():
    with server(lambda _: sleep(1.5)) as (port, _):
        assert code_of(lambda: outbound.session(seconds=0.5).get(f"https://127.0.0.1:{port}/")) == "TOO_SLOW"


def test_streamed_body_keeps_to_the_deadline():
    talk = answering(OK + b"Content-Length: 40\r\n\r\n", *[b"x"] * 40, pause=0.1)

    with server(talk) as (port, _):
        answer = outbound.session(seconds=2).get(f"http://127.0.0.1:{port}/", stream=True)
        code = code_of(lambda: list(answer.iter_content(1)))

    assert (answer.status_code, code) == (200, "TOO_SLOW")


@pytest.mark.parametrize(
    "target", ["http://169.254.169.254/latest/", "https://utility.example/", "/elsewhere", "//10.0.0.1/"]
)
@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_redirect_is_refused(status, target):
    talk = answering(f"HTTP/1.1 {status}\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n".encode())

    with server(talk) as (port, heard):
        code = code_of(lambda: outbound.session().get(f"http://127.0.0.1:{port}/"))

    assert (code, len(heard)) == ("REDIRECTED", 1)


@pytest.mark.parametrize(
    "talk",
    [
        answering(OK + b"Content-Length: 5000\r\n\r\n"),
        answering(OK + b"\r\n" + b"x" * 5000),
        answering(OK + b"Transfer-Encoding: chunked\r\n\r\n" + b"1388\r\n" + b"x" * 5000 + b"\r\n0\r\n\r\n"),
        with_body(gzip.compress(b"x" * 5000), "Content-Encoding: gzip"),
        with_body(zlib.compress(b"x" * 5000), "Content-Encoding: deflate"),
        with_body(gzip.compress(gzip.compress(b"x" * 5000)), "Content-Encoding: gzip, gzip"),
        with_body(b"x", "Content-Encoding: br"),
    ],
    ids=["told", "without length", "chunked", "gzip", "deflate", "packed twice", "packed otherwise"],
)
def test_body_beyond_the_cap_is_refused(talk):
    with server(talk) as (port, _):
        assert code_of(lambda: outbound.session(most_bytes=4999).get(f"http://127.0.0.1:{port}/")) == "TOO_BIG"


def test_body_of_just_the_cap_is_read():
    packed = with_body(gzip.compress(b"x" * 5000), "Content-Encoding: gzip")

    with server(packed) as (port, _):
        assert outbound.session(most_bytes=5000).get(f"http://127.0.0.1:{port}/").content == b"x" * 5000


def test_bomb_is_refused_before_it_is_unpacked_whole():
    bomb = gzip.compress(bytes(200_000_000), 9)
    sizes: list[int] = []

    with server(with_body(bomb, "Content-Encoding: gzip")) as (port, _):
        answer = outbound.session(most_bytes=1_000_000).get(f"http://127.0.0.1:{port}/", stream=True)
        code = code_of(lambda: sizes.extend(map(len, iter(lambda: answer.raw.read(10_000), b""))))

    assert code == "TOO_BIG"
    assert sum(sizes) <= 1_000_000


def test_streamed_body_is_read_like_a_file():
    with server(with_body(b"abcdefgh")) as (port, _):
        answer = outbound.session().get(f"http://127.0.0.1:{port}/", stream=True)
        parts = [answer.raw.read(3), answer.raw.read(3), answer.raw.read(), answer.raw.read(3)]

    assert parts == [b"abc", b"def", b"gh", b""]


def test_proxies_and_passwords_of_the_environment_do_not_count(monkeypatch, tmp_path):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")

    with server(with_body(b"reached")) as (port, heard):
        answer = outbound.session().get(f"http://127.0.0.1:{port}/", proxies={"http": "http://127.0.0.1:1"})

    assert answer.text == "reached"
    assert b"Authorization" not in heard[0]


def test_two_requests_of_one_session_have_a_deadline_each():
    with server(with_body(b"reached")) as (port, heard):
        dialer = outbound.session(seconds=2)
        for _ in range(3):
            assert dialer.get(f"http://127.0.0.1:{port}/").text == "reached"
            sleep(0.8)

    assert len(heard) == 3


def test_oauth_session_is_vetted_too():
    answer = b'{"access_token": "t", "token_type": "bearer"}'

    with server(with_body(answer, "Content-Type: application/json")) as (port, heard):
        client = outbound.prepare(OAuth2Session("client", "secret"))
        token = client.fetch_token(f"http://127.0.0.1:{port}/token", code="c", grant_type="authorization_code")
        code = code_of(lambda: client.get("https://10.0.0.1/feed"))

    assert (token["access_token"], code) == ("t", "ADDRESS_NOT_ALLOWED")
    assert heard[0].startswith(b"POST /token")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for utility.example that signs itself: the path of certificate and key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "utility.example")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("utility.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "certificate.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return str(path)


@pytest.mark.parametrize(
    ("host", "trusts", "came_to"),
    [
        ("utility.example", True, "reached"),
        ("other.example", True, "No answer from other.example: SSLError"),
        ("utility.example", False, "No answer from utility.example: SSLError"),
    ],
)
def test_tls_proves_the_name_that_was_asked_for(names_mean, certificate, host, trusts, came_to):
    names_mean(["127.0.0.1"])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    dialer = outbound.session()
    dialer.verify = certificate if trusts else False  # False does not switch it off

    with server(with_body(b"reached"), context) as (port, _):
        try:
            answer = dialer.get(f"https://{host}:{port}/").text
        except requests.exceptions.SSLError as error:
            answer = str(error)

    assert answer == came_to


def test_client_certificate_is_shown(names_mean, certificate):
    names_mean(["127.0.0.1"])
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=certificate)
    context.load_cert_chain(certificate)
    context.verify_mode = ssl.CERT_REQUIRED
    with_one, without = outbound.session(client_certificate=certificate), outbound.session()
    with_one.verify = without.verify = certificate

    with server(with_body(b"reached"), context) as (port, _):
        answer = with_one.get(f"https://utility.example:{port}/").text
        with pytest.raises(requests.ConnectionError):
            without.get(f"https://utility.example:{port}/")

    assert answer == "reached"
