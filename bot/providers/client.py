"""The HTTP client of the border: how long it waits, what it trusts, and what it never does."""

import functools
import logging
import ssl
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx

TIMEOUT = httpx.Timeout(connect=5, read=20, write=5, pool=5)
LIMITS = httpx.Limits(max_connections=50, max_keepalive_connections=10, keepalive_expiry=5)
#: gzip grows at most a thousandfold, so one chunk of 64 kB stays bearable until the cap is looked at.
HEADERS = {"accept-encoding": "gzip", "user-agent": "Codebell"}

#: No connection was made, so the request never left.
NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
#: 2026-11: httpx 0.28.1 lets a malformed port out as an ExceptionGroup and broken headers as a ValueError.
FOREIGN = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, ValueError, ExceptionGroup)


def client(transport: httpx.AsyncBaseTransport | None = None) -> httpx.AsyncClient:
    """One for a site: nothing of the environment, no cookies, no redirects, at most fifty connections."""
    # httpx logs every URL at INFO, httpcore every response header at DEBUG (a Location may echo the key).
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
    return httpx.AsyncClient(
        transport=transport,
        verify=_tls(),
        timeout=TIMEOUT,
        limits=LIMITS,
        headers=HEADERS,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        follow_redirects=False,
        trust_env=False,
    )


@functools.cache
def _tls() -> ssl.SSLContext:
    """One verified context for all sites: each costs a quarter of a megabyte and some 20 ms."""
    return httpx.create_ssl_context(trust_env=False)
