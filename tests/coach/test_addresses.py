"""Who is asking."""

from __future__ import annotations

import pytest

from coach.addresses import address_of, networks

PROXIES = networks("10.0.0.0/8, 192.0.2.7")


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("203.0.113.5", "", "203.0.113.5"),
        ("203.0.113.5", "198.51.100.1", "203.0.113.5"),
        ("10.1.1.1", "198.51.100.1", "198.51.100.1"),
        ("10.1.1.1", "1.2.3.4, 198.51.100.1, 192.0.2.7", "198.51.100.1"),
        ("10.1.1.1", "10.2.2.2", "10.2.2.2"),
        ("10.1.1.1", "nonsense", "10.1.1.1"),
        ("10.1.1.1", "", "10.1.1.1"),
        ("", "198.51.100.1", ""),
        ("2001:db8::1", "198.51.100.1", "2001:db8::/64"),
        ("2001:db8:0:0:1:2:3:4", "", "2001:db8::/64"),
        ("10.1.1.1", "2001:db8:0:7:1:2:3:4", "2001:db8:0:7::/64"),
        ("::ffff:203.0.113.5", "198.51.100.1", "203.0.113.5"),
        ("::ffff:10.1.1.1", "198.51.100.1", "198.51.100.1"),
    ],
)
def test_only_our_own_proxies_are_believed(peer: str, forwarded: str, address: str) -> None:
    assert address_of(peer, forwarded, PROXIES) == address
