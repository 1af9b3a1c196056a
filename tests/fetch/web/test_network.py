import datetime
import socket
import ssl
import threading
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from nabra.tasks.fetch.targets import Target
from nabra.tasks.fetch.web.network import is_public
from tests.fetch.conftest import PAGE, fetched, get, refusal


@pytest.mark.parametrize(
    "address",
    [
        *(
            "127.0.0.1",
            "127.9.9.9",
            "0.0.0.0",
            "10.0.0.1",
            "172.16.0.1",
            "192.168.1.1",
            "100.64.0.1",
            "169.254.169.254",
        ),
        *("192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"),
        *("::", "::1", "fe80::1", "fe80::1%lo", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "2001:db8::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::"),
    ],
)
def test_addresses_of_this_machine_its_networks_and_clouds_are_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "212.58.244.1", "2a00:1450:4001:80b::200e", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_addresses_of_the_internet_are_public(address):
    assert is_public(address)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"])
def test_however_it_is_spelled_loopback_is_refused_before_anything_is_sent(site, settings, host):
    port = site.address.rpartition(":")[2]
    error = refusal(f"http://{host}:{port}/a", settings(allow_hosts=()))
    assert error.reason == "refused"
    assert host in error.detail
    assert "127.0.0.1" in error.detail or "7f00:1" in error.detail or "::1" in error.detail
    assert "fetch.allow_hosts" in error.detail
    assert site.connections == 0


def test_the_refusal_is_a_reject_row_with_host_address_and_the_way_out(site, settings):
    (row,) = (item.row for item in fetched(settings(allow_hosts=()), Target(site.address + "/a", "port")))
    host = site.address.removeprefix("http://")
    assert row["reason"] == "refused"
    assert row["detail"] == (
        "127.0.0.1 is at 127.0.0.1, which is not on the public internet; "
        f'if nabra shall fetch there, set fetch.allow_hosts = ["{host}"]'
    )


def test_every_hop_of_a_redirect_is_checked(site, settings):
    host = site.address.removeprefix("http://")
    port = host.partition(":")[2]
    site.serve("/b", PAGE)
    url = site.serve("/a", status=302, headers={"Location": f"http://localhost:{port}/b"})
    error = refusal(url, settings(allow_hosts=(host,)))
    assert error.reason == "refused"
    assert error.detail.startswith("localhost is at ")
    assert site.paths() == ["/a"]


def test_a_host_may_be_allowed_with_its_port_only(site, settings):
    host = site.address.removeprefix("http://")
    url = site.serve("/a", PAGE)
    assert get(url, settings(allow_hosts=(host,))).status == 200
    assert refusal(url, settings(allow_hosts=("127.0.0.1:1",))).reason == "refused"


def resolve_once(monkeypatch, name, *addresses):
    """Let `name` resolve to the addresses, one answer a question: a rebinding name server."""
    system, answers = socket.getaddrinfo, list(addresses)

    def resolve(host, port, *arguments, **values):
        return system(answers.pop(0) if host == name else host, port, *arguments, **values)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return answers


def test_a_name_is_resolved_once_a_connection_and_the_host_header_kept(site, settings, monkeypatch):
    left = resolve_once(monkeypatch, "news.example", *["127.0.0.1"] * 4)
    site.serve("/a", PAGE)
    host = "news.example:" + site.address.rpartition(":")[2]
    assert get(f"http://{host}/a", settings(allow_hosts=(host,))).status == 200
    # A second question could get an answer that was not checked.
    assert 4 - len(left) == site.connections
    assert site.headers[-1]["Host"] == host


def test_a_name_with_one_address_that_is_not_public_is_refused(settings, monkeypatch):
    system = socket.getaddrinfo

    def resolve(host, port, *arguments, **values):
        return [answer for ip in ("8.8.8.8", "10.0.0.1") for answer in system(ip, port, *arguments, **values)]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    error = refusal("http://news.example/a", settings())
    assert error.detail.startswith("news.example is at 10.0.0.1")


def test_a_name_that_does_not_exist_is_named(settings):
    assert "no-such-host.invalid" in refusal("http://no-such-host.invalid/", settings(retries=0)).detail


@pytest.fixture
def certificate(tmp_path):
    """A self-signed certificate for news.example, in a file with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "news.example")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("news.example")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "certificate.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


def test_over_tls_the_name_is_what_the_certificate_is_checked_against(site, settings, certificate, monkeypatch):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    asked_for = []
    context.sni_callback = lambda _socket, name, _context: asked_for.append(name)
    site.server.socket = context.wrap_socket(site.server.socket, server_side=True)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    resolve_once(monkeypatch, "news.example", *["127.0.0.1"] * 4)
    site.serve("/a", PAGE)
    port = site.address.rpartition(":")[2]
    changed = settings(allow_hosts=("news.example", "127.0.0.1"), retries=0)
    assert get(f"https://news.example:{port}/a", changed).status == 200
    assert set(asked_for) == {"news.example"}
    assert "certificate" in refusal(f"https://127.0.0.1:{port}/a", changed).detail


def test_headers_that_drip_end_at_the_deadline(settings):
    def drip(server):
        connection, _ = server.accept()
        with connection:
            try:
                for byte in b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 100_000:
                    connection.send(bytes([byte]))
                    time.sleep(0.05)
            except OSError:
                pass

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=drip, args=(server,), daemon=True).start()
        error = refusal(f"http://127.0.0.1:{server.getsockname()[1]}/", settings(deadline_seconds=0.5, retries=0))
    assert "took longer than 0.5 s" in error.detail
