"""Where a key's requests may come from: address ranges in CIDR form."""

import ipaddress
from collections.abc import Iterable

from portal.problems import Problem, Refused

MOST_NETWORKS = 50
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def parse_networks(lines: Iterable[str]) -> list[str]:
    """The networks in one spelling, each once; a single address is a network of one.

    Refuses NETWORK_NOT_READ, NETWORK_OF_ALL and TOO_MANY_NETWORKS.
    """
    texts = list(dict.fromkeys(str(_network(line)) for line in lines))
    if len(texts) > MOST_NETWORKS:
        raise Refused(Problem("TOO_MANY_NETWORKS", "networks", context={"most": MOST_NETWORKS}))
    return texts


def _network(line: str) -> Network:
    try:
        network = ipaddress.ip_network(line.strip(), strict=False)  # 203.0.113.7/24 is 203.0.113.0/24
    except ValueError:
        raise Refused(Problem("NETWORK_NOT_READ", "networks", line[:100], {"network": line[:100]})) from None
    mapped = _mapped(network)
    if mapped.prefixlen == 0:
        raise Refused(Problem("NETWORK_OF_ALL", "networks", line[:100], {"network": line[:100]}))
    return mapped


def _mapped(network: Network) -> Network:
    """IPv4 written as IPv6 (::ffff:203.0.113.0/120) as the IPv4 that it is."""
    if isinstance(network, ipaddress.IPv6Network) and network.prefixlen >= 96 and network.network_address.ipv4_mapped:
        return ipaddress.ip_network(f"{network.network_address.ipv4_mapped}/{network.prefixlen - 96}")
    return network


def admits(networks: Iterable[str], address: str) -> bool:
    """Whether a request from this address may come in; without networks every one may."""
    ranges = [ipaddress.ip_network(text) for text in networks]
    if not ranges:
        return True
    try:
        known: Address = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:  # where it came from cannot be told
        return False
    mapped = known.ipv4_mapped if isinstance(known, ipaddress.IPv6Address) else None
    return any((mapped or known) in network for network in ranges)
