"""Which addresses the monitor may connect to: public ones, and those of networks that were listed.

Pure rules over addresses; names are resolved and connections made elsewhere. `ipaddress.is_global` alone is not
enough: on Python 3.11 it calls multicast, site-local and several wrapped private addresses global.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# The special-purpose registries of IANA, most specific first.
_NAMED: tuple[tuple[Network, str], ...] = tuple(
    (ip_network(network), name)
    for network, name in (
        ("127.0.0.0/8", "this machine itself"),
        ("10.0.0.0/8", "a private network"),
        ("172.16.0.0/12", "a private network"),
        ("192.168.0.0/16", "a private network"),
        ("169.254.0.0/16", "link-local, where clouds keep their metadata"),
        ("100.64.0.0/10", "a provider's inner network"),
        ("0.0.0.0/8", "unspecified"),
        ("192.0.0.0/24", "reserved for protocols"),
        ("192.0.2.0/24", "for documentation"),
        ("198.51.100.0/24", "for documentation"),
        ("203.0.113.0/24", "for documentation"),
        ("192.88.99.0/24", "a 6to4 relay"),
        ("198.18.0.0/15", "for benchmarks"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
        ("::1/128", "this machine itself"),
        ("::/128", "unspecified"),
        ("::/96", "an IPv4 address in disguise"),
        ("64:ff9b:1::/48", "a local NAT64"),
        ("fc00::/7", "a private network"),
        ("fe80::/10", "link-local"),
        ("fec0::/10", "a private network"),
        ("ff00::/8", "multicast"),
        ("2001::/32", "a Teredo tunnel"),
        ("2001::/23", "reserved for protocols"),
        ("2001:db8::/32", "for documentation"),
        ("3fff::/20", "for documentation"),
        ("2002::/16", "a 6to4 tunnel"),
    )
)
_LINK_LOCAL: tuple[Network, ...] = (ip_network("169.254.0.0/16"), ip_network("fe80::/10"))
EVERYWHERE: tuple[Network, ...] = (ip_network("0.0.0.0/0"), ip_network("::/0"), *_LINK_LOCAL)
_UNICAST = IPv6Network("2000::/3")  # all that is handed out of IPv6 so far
_COMPATIBLE = IPv6Network("::/96")
_NAT64 = IPv6Network("64:ff9b::/96")


def networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """Return the listed networks.

    Raises:
        ValueError: one is not a network, in a sentence that says how to write it.
    """
    return tuple(_network(text) for text in texts)


def _network(text: str) -> Network:
    try:
        return ip_network(text.strip(), strict=False)
    except ValueError:
        raise ValueError(f"allow_private: '{text}' is not a network; write it such as 10.0.0.0/8") from None


def address(text: str) -> Address:
    """Return the address that connecting to `text` would reach: IPv4 for IPv4 that is spelled as IPv6.

    Raises:
        ValueError: it is no address.
    """
    found = ip_address(text)
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        return found.ipv4_mapped
    return found


def refusal(address: Address, allowed: Iterable[Network] = ()) -> str | None:
    """Return why an address may not be connected to, or None when it may.

    Listed networks open what is inside them, except link-local addresses: those open only to a network that is
    itself link-local, so that a wide list cannot expose a cloud's metadata.
    """
    reason = _why_not_public(address)
    if reason is None or any(_opens(network, address) for network in allowed):
        return None
    return reason


def _why_not_public(address: Address) -> str | None:
    for network, name in _NAMED:
        if address in network:
            return name
    if isinstance(address, IPv4Address):
        return None if address.is_global else "not public"
    if address in _NAT64:  # networks without IPv4 reach every IPv4 site through it
        inner = _why_not_public(_last_32_bits(address))
        return f"a NAT64 address that leads to {inner}" if inner else None
    return None if address in _UNICAST and address.is_global else "not public"


def _opens(network: Network, address: Address) -> bool:
    if address not in network:
        return False
    if not _leads_to_link_local(address):
        return True
    return any(_inside(network, local) for local in _LINK_LOCAL)


def _leads_to_link_local(address: Address) -> bool:
    ends = (address, *_wrapped(address))
    return any(end in local for end in ends for local in _LINK_LOCAL)


def _wrapped(address: Address) -> tuple[Address, ...]:
    """Return the IPv4 addresses that an IPv6 address may be translated to on its way."""
    if isinstance(address, IPv4Address):
        return ()
    teredo = address.teredo or ()
    tunnel = (address.sixtofour,) if address.sixtofour else ()
    tail = (_last_32_bits(address),) if address in _NAT64 or address in _COMPATIBLE else ()
    return (*teredo, *tunnel, *tail)


def _last_32_bits(address: IPv6Address) -> IPv4Address:
    return IPv4Address(int(address) & 0xFFFF_FFFF)


def _inside(network: Network, outer: Network) -> bool:
    if isinstance(network, IPv4Network):
        return isinstance(outer, IPv4Network) and network.subnet_of(outer)
    return isinstance(outer, IPv6Network) and network.subnet_of(outer)
