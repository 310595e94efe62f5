"""No test reaches beyond this machine: whatever tries to is stopped, and told so."""

import sys
from functools import cache
from ipaddress import ip_address
from typing import Any

#: A longer name is refused before anybody is asked.
LONGEST = 253


class Elsewhere(RuntimeError):
    """A test wanted to talk to another machine."""


@cache
def only_this_machine() -> None:
    """From now on, in this process and its forks: sockets connect to loopback and to files alone."""
    sys.addaudithook(_judge)


def _judge(event: str, arguments: tuple[Any, ...]) -> None:
    if event in ("socket.connect", "socket.sendto"):
        _, address = arguments
        if isinstance(address, tuple) and not is_here(str(address[0])):
            raise Elsewhere(f"tests talk to this machine only, not to {address[0]}")
    elif event == "socket.getaddrinfo" and not is_here(arguments[0]):
        raise Elsewhere(f"tests talk to this machine only and look nobody up: {arguments[0]}")


def is_here(host: str | bytes | None) -> bool:
    """Whether a name or an address is this machine's own, or one that nobody can be asked for."""
    name = host.decode() if isinstance(host, bytes) else host
    if name in (None, "", "localhost") or len(name) > LONGEST:
        return True
    try:
        return ip_address(name).is_loopback or ip_address(name).is_unspecified
    except ValueError:
        return False
