"""Which addresses may be connected to."""

from __future__ import annotations

import pytest

from monitor.fetch.guard import address, networks, refusal

PUBLIC = """
8.8.8.8 1.1.1.1 93.184.216.34 105.73.0.1 41.250.0.1 172.15.255.255 172.32.0.1 192.167.1.1 192.169.0.1
100.63.255.255 100.128.0.1 169.253.1.1 11.0.0.1 198.17.255.255 198.20.0.1 223.255.255.254
2606:4700::1111 2a00:1450:4007::8 2001:4860:4860::8888 2400:cb00::1
::ffff:8.8.8.8 64:ff9b::808:808
"""

REFUSED = """
127.0.0.1 127.255.255.254 0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 172.16.0.1 172.31.255.255 192.168.1.1
169.254.169.254 169.254.0.1 100.64.0.1 100.127.255.255 192.0.0.1 192.0.0.8 192.0.0.9 192.0.0.170 192.0.2.1
198.51.100.7 203.0.113.9 192.88.99.1 198.18.0.1 198.19.255.255 224.0.0.1 239.255.255.250 240.0.0.1
255.255.255.255
:: ::1 ::127.0.0.1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:7f00:1 ::ffff:10.0.0.1 ::ffff:169.254.169.254
64:ff9b::7f00:1 64:ff9b::10.0.0.1 64:ff9b::a9fe:a9fe 64:ff9b:1::1 64:ff9b:1:ffff::8.8.8.8
2002:7f00:1:: 2002:808:808::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:10::1 2001:20::1 2001:db8::1
fc00::1 fd12:3456::1 fe80::1 fe80::1%eth0 febf::1 fec0::1 ff02::1 ff0e::1 100::1 3fff::1 5f00::1 4000::1
"""


@pytest.mark.parametrize("text", PUBLIC.split())
def test_a_public_address_is_open(text):
    assert refusal(address(text)) is None


@pytest.mark.parametrize("text", REFUSED.split())
def test_an_address_that_is_not_public_is_refused_with_a_reason(text):
    assert refusal(address(text))


@pytest.mark.parametrize(
    ("text", "listed"),
    [
        ("127.0.0.1", "127.0.0.0/8"),
        ("127.0.0.1", "127.0.0.1"),
        ("::ffff:127.0.0.1", "127.0.0.0/8"),
        ("10.1.2.3", "10.0.0.1/8"),
        ("::1", "::1/128"),
        ("fd12:3456::1", "fd12:3456::/32"),
        ("169.254.7.7", "169.254.7.0/24"),
        ("fe80::1", "fe80::/10"),
    ],
)
def test_a_listed_network_opens_what_is_inside(text, listed):
    assert refusal(address(text), networks([listed])) is None


@pytest.mark.parametrize(
    ("text", "listed"),
    [
        ("10.0.0.1", "192.168.0.0/16"),
        ("127.0.0.1", "::/0"),
        ("169.254.169.254", "0.0.0.0/0"),
        ("169.254.169.254", "169.0.0.0/8"),
        ("169.254.169.254", "10.0.0.0/8"),
        ("::ffff:169.254.169.254", "0.0.0.0/0"),
        ("::ffff:169.254.169.254", "::/0"),
        ("fe80::1", "::/0"),
        ("fe80::1", "fc00::/6"),
        ("64:ff9b::a9fe:a9fe", "::/0"),
        ("::a9fe:a9fe", "::/0"),
        ("2002:a9fe:a9fe::1", "::/0"),
    ],
)
def test_a_listed_network_opens_nothing_else_and_no_link_local_address_by_the_way(text, listed):
    assert refusal(address(text), networks([listed]))


def test_the_reason_names_what_the_address_is():
    assert "metadata" in str(refusal(address("169.254.169.254")))
    assert "NAT64" in str(refusal(address("64:ff9b::7f00:1")))


def test_what_is_no_network_is_told_how_to_be_written():
    with pytest.raises(ValueError, match=r"'intranet' is not a network; write it such as 10\.0\.0\.0/8"):
        networks(["10.0.0.0/8", "intranet"])
