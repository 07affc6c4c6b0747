"""The one HTTP session: timeouts always, no environment, no cookies, plain http to this machine only."""

from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from connector.salesforce.config import LOOPBACK, SalesforceConfig, is_loopback_http


class _Timed(HTTPAdapter):
    """Puts the timeout on every request, since most of simple-salesforce's calls cannot be given one."""

    def __init__(self, timeout_s: float, pool: int) -> None:
        self._timeout_s = timeout_s
        super().__init__(pool_connections=4, pool_maxsize=pool, pool_block=True)

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """Sends with our timeout: half of it for connecting, all of it for each wait for data."""
        kwargs["timeout"] = (self._timeout_s / 2, self._timeout_s)
        return super().send(request, *args, **kwargs)


class _Plain(_Timed):
    """For a stand-in org on this machine: simple-salesforce writes https in every address, this sends it as http."""

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """Sends to the same host and port without TLS."""
        request.url = (request.url or "").replace("https://", "http://", 1)
        return super().send(request, *args, **kwargs)


def open_session(config: SalesforceConfig) -> requests.Session:
    """A session for all threads.  Plain http is refused but to the loopback address that `config` names."""
    session = requests.Session()
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    if config.proxy:
        session.proxies = {"https": config.proxy, "http": config.proxy}
    if config.ca_file:
        session.verify = config.ca_file
    session.adapters.clear()
    session.mount("https://", _Timed(config.timeout_s, config.threads))
    if is_loopback_http(config.login_url):
        parts = urlsplit(config.login_url)
        plain = _Plain(config.timeout_s, config.threads)
        port = f":{parts.port}" if parts.port else ""
        for host in LOOPBACK:
            for scheme in ("http", "https"):
                session.mount(f"{scheme}://{host}{port}/", plain)
    return session
