"""From which address somebody asks, as far as proxies of our own tell it."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def networks(addresses: str) -> list[Network]:
    """The addresses or networks of a text, separated by commas or spaces.

    Raises:
        ValueError: one of them is none.
    """
    return [ipaddress.ip_network(address) for address in addresses.replace(",", " ").split()]


def address_of(peer: str, forwarded: str, proxies: Sequence[Network]) -> str:
    """Who asks: the `peer`, or where that is a proxy of ours, the last of `X-Forwarded-For` that is none.

    Of IPv6 the network of 64 bits, for that is what one household or school is given.
    """
    try:
        address = _read(peer)
    except ValueError:  # no address, such as a socket of this machine
        return peer
    for told in reversed(forwarded.split(",")):
        if not any(address in proxy for proxy in proxies):
            break
        try:
            address = _read(told.strip())
        except ValueError:
            break
    return str(address if address.version == 4 else ipaddress.ip_network((address, 64), strict=False))  # noqa: PLR2004


def _read(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """An address; an IPv4 one that is written as IPv6, as a socket for both does, as what it is."""
    read = ipaddress.ip_address(address)
    return getattr(read, "ipv4_mapped", None) or read
