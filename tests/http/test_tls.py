"""Whom TLS trusts."""

from __future__ import annotations

import asyncio
import ssl
import traceback
from pathlib import Path

import pytest

from jobsync_tui.backend.core.errors import ConfigError, Unreachable
from jobsync_tui.backend.http import Network
from jobsync_tui.testing.ats_server import Answer, AtsServer
from tests.http.conftest import Connect

CERTIFICATES = Path(__file__).with_name("certificates")
TRUSTING = Network(ca_bundle=str(CERTIFICATES / "authority.pem"))


def serving(certificate: str) -> AtsServer:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATES / certificate)
    return AtsServer(lambda _: Answer({}), tls=context)


async def test_a_certificate_of_the_configured_authority(connect: Connect) -> None:
    async with serving("good.pem") as server:
        assert (await connect(server.url, network=TRUSTING).get("jobs")).ok


@pytest.mark.parametrize(
    ("certificate", "network", "words"),
    [
        ("good.pem", Network(), "an authority that this machine does not trust"),
        ("expired.pem", TRUSTING, "has expired"),
        ("wrong-host.pem", TRUSTING, "is for another"),
        ("self-signed.pem", TRUSTING, "is self-signed"),
    ],
)
async def test_bad_certificates_are_refused_in_plain_words(connect: Connect, certificate: str, network: Network, words: str) -> None:
    async with serving(certificate) as server:
        http = connect(server.url, network=network)
        with pytest.raises(Unreachable, match=words) as caught:
            await http.get("jobs")
        assert caught.value.remedy
        assert server.asked == []
        assert http.requests == 1  # another try would go the same way


async def test_plain_http_where_tls_was_expected(connect: Connect) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(Unreachable, match="no common way to speak TLS"):
            await connect(f"https://127.0.0.1:{port}").get("jobs")


async def test_a_bundle_that_cannot_be_read(connect: Connect, tmp_path: Path) -> None:
    broken = tmp_path / "ca.pem"
    broken.write_text("no certificate")
    for path in (broken, tmp_path / "missing.pem"):
        with pytest.raises(ConfigError, match="ca_bundle"):
            await connect("https://127.0.0.1:1", network=Network(ca_bundle=str(path))).get("jobs")


def test_there_is_no_switch() -> None:
    context = TRUSTING.tls()
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname


async def test_the_environment_decides_nothing(connect: Connect, server: AtsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert (await connect().get("jobs")).ok


async def test_the_configured_proxy_is_used_except_for_loopback(connect: Connect, server: AtsServer) -> None:
    through = Network(proxy=server.url)
    assert (await connect("http://ats.example", network=through).get("jobs")).ok
    assert server.asked[0].headers["host"] == "ats.example"
    assert (await connect(network=Network(proxy="http://127.0.0.1:1")).get("jobs")).ok
    odd = Network(proxy="gopher://user:" + "secret"[::-1] + "@proxy:1")
    with pytest.raises(ConfigError) as caught:
        await connect("http://ats.example", network=odd).get("jobs")
    assert "terces" not in "".join(traceback.format_exception(caught.value))
    assert "terces" not in repr(odd)
