"""Starting the stand-in org."""

from __future__ import annotations

import secrets
import ssl
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from aiohttp import web

from connector.sandbox.org.apex import Signer
from connector.sandbox.org.app import MAX_HEAD_BYTES, Api, make_app
from connector.sandbox.org.context import Context, Settings
from connector.sandbox.org.control import Control
from connector.sandbox.org.database import Database
from connector.sandbox.org.faults import Faults
from connector.sandbox.org.hostile import Hostility
from connector.sandbox.org.objects import bare_schema, standard_schema
from connector.sandbox.org.openid import OpenIdProvider
from connector.sandbox.org.requests_log import RequestLog
from connector.sandbox.org.schema import ExternalIdMode
from connector.sandbox.org.seed import ORGANIZATION_ID, fill, found
from connector.sandbox.org.sessions import IDLE_SECONDS, ConnectedApp, Sessions, load_public_key

DEFAULT_DAILY_LIMIT = 5_000_000
"""API requests in 24 hours: what Salesforce grants a full sandbox."""

SHUTDOWN_SECONDS = 1.0
"""How long requests that are still being answered may take when the org closes."""

INTEGRATION_USERNAME = "integration@phone-panel.example"
CONSUMER_KEY = "3MVG9phonePanelStandInOrgConsumerKey"


class Org:
    """A running org. `url` has no trailing slash; `control_key` goes into the header X-Sandbox-Key."""

    def __init__(
        self, runner: web.AppRunner, database: Database, context: Context, signer: Signer, openid: OpenIdProvider
    ) -> None:
        self._runner = runner
        self._database = database
        self.context = context
        self.signer = signer
        self.openid = openid
        self.url = ""
        self.port = 0
        self.control_key = ""
        self.organization_id = ORGANIZATION_ID

    async def close(self) -> None:
        """Stop listening, end open connections, close the database."""
        await self._runner.cleanup()
        self._database.close()


async def start_org(
    *,
    client_certificate: bytes | str,
    host: str = "127.0.0.1",
    port: int = 0,
    database: Path | None = None,
    consumer_key: str = CONSUMER_KEY,
    client_secret: str | None = None,
    integration_username: str = INTEGRATION_USERNAME,
    control_key: str | None = None,
    session_key: bytes | None = None,
    tls: ssl.SSLContext | None = None,
    now: Callable[[], float] = time.time,
    seed: bool = True,
    product: bool = True,
    external_id: ExternalIdMode = "unique",
    hostile: tuple[Hostility, ...] = (),
    daily_limit: int = DEFAULT_DAILY_LIMIT,
    session_idle_seconds: float = IDLE_SECONDS,
    callbacks: Sequence[str] = (),
) -> Org:
    """Start an org that answers when this returns; the caller closes it.

    client_certificate: PEM of the connected app's certificate or public key, which JWT assertions are checked with.
    client_secret: lets client credentials sign in, as the integration user. port: 0 takes a free one. database: a file,
    or None for memory; a file that holds an org already is used as it is. control_key: of the /sandbox/ calls, made
    when absent. session_key: PEM of the private key that signs session tokens, made when absent. now: the time in
    seconds since 1970. seed: False gives an org with users, permission sets and record types but no people, tasks or
    telephony configuration. product: False gives an org into which nothing of the product was deployed: no fields,
    objects, settings or permission sets of ours. external_id: how the Task's contact key begins; hostile: how
    its administrators have customised it. callbacks: where browsers go that signed in here by OpenID Connect, as the
    connected app has them.
    Raises OSError when the port is taken and ValueError for keys that are not RSA.
    """
    pem = client_certificate.encode() if isinstance(client_certificate, str) else client_certificate
    app = ConnectedApp(consumer_key, load_public_key(pem), integration_username, client_secret)
    schema = standard_schema() if product else bare_schema()
    records = Database(database, schema)
    try:
        context = Context(records, schema, now, Settings(external_id=external_id), daily_limit)
        if records.is_empty():
            with records.transaction():
                found(context.records, integration_username)
                if seed:
                    fill(context.records)
        context.apply(Settings(external_id=external_id, hostile=hostile))
        signer = Signer(ORGANIZATION_ID, now, session_key)
        sessions = Sessions(ORGANIZATION_ID, now, session_idle_seconds)
        faults, log = Faults(), RequestLog()
        key = control_key or secrets.token_urlsafe(24)
        world: dict[str, Any] = {"context": context, "sessions": sessions, "app": app}
        openid = OpenIdProvider(**world, organization_id=ORGANIZATION_ID, callbacks=callbacks, now=now)
        api = Api(**world, organization_id=ORGANIZATION_ID, faults=faults, requests=log, openid=openid)
        control = Control(
            context=context, sessions=sessions, signer=signer, faults=faults, log=log, key=key, openid=openid
        )
        # Twice Salesforce's limit, so that the org itself can refuse what is too long, in its own words.
        runner = web.AppRunner(
            make_app(api, control),
            access_log=None,
            max_line_size=2 * MAX_HEAD_BYTES,
            max_field_size=2 * MAX_HEAD_BYTES,
            shutdown_timeout=SHUTDOWN_SECONDS,
        )
        await runner.setup()
        try:
            await web.TCPSite(runner, host, port, ssl_context=tls).start()
        except BaseException:
            await runner.cleanup()
            raise
    except BaseException:
        records.close()
        raise
    org = Org(runner, records, context, signer, openid)
    org.port = int(runner.addresses[0][1])
    org.url = f"{'https' if tls else 'http'}://{host}:{org.port}"
    org.control_key = key
    return org
