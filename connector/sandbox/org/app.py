"""The HTTP shell: sign-in, faults, limits and headers around the REST resources."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from urllib.parse import quote
from wsgiref.handlers import format_date_time

import msgspec
from aiohttp import web

from connector.sandbox.org import ids
from connector.sandbox.org.context import Context, daily_limit_exceeded
from connector.sandbox.org.control import Control
from connector.sandbox.org.errors import OrgError, not_found
from connector.sandbox.org.faults import Fault, Faults, row_lock
from connector.sandbox.org.identity import about_user
from connector.sandbox.org.metadata.api import Deployments, deploy_request, deploy_status, describe_metadata
from connector.sandbox.org.metadata.soap import answer_soap, read_soap, soap_fault
from connector.sandbox.org.openid import CODE_GRANT, OpenIdProvider
from connector.sandbox.org.requests_log import Entry, RequestLog
from connector.sandbox.org.rest.call import VERSIONS, Call, Document, Reply, form_parts, split_path, version_label
from connector.sandbox.org.rest.dispatch import answer
from connector.sandbox.org.sessions import ConnectedApp, OAuthError, Sessions, invalid_session, sign_in, with_basic

log = logging.getLogger(__name__)

MAX_BODY_BYTES = 50 * 1024 * 1024
MAX_HEAD_BYTES = 16_384
"""Salesforce refuses requests whose URI and headers together are longer."""

BAD_GATEWAY = """<html><head><title>502 Bad Gateway</title></head>
<body><center><h1>502 Bad Gateway</h1></center></body></html>
"""


class Api:
    """Answers the routes that Salesforce clients use."""

    def __init__(
        self,
        *,
        context: Context,
        sessions: Sessions,
        app: ConnectedApp,
        organization_id: str,
        faults: Faults,
        requests: RequestLog,
        openid: OpenIdProvider,
    ) -> None:
        self.openid = openid
        self.context, self.sessions, self.connected_app = context, sessions, app
        self.organization_id, self.faults, self.requests = organization_id, faults, requests
        self.deployments = Deployments(context)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/services/oauth2/token", self.token),
            web.route("*", "/services/oauth2/userinfo", self.user_info),
            web.get("/id/{organization}/{user}", self.identity),
            web.post("/services/Soap/m/{version}{rest:/?.*}", self.soap),
            web.post("/services/Soap/u/{version}{rest:/?.*}", self.soap_login),
            web.get("/services/data", self.versions),
            web.get("/services/data/", self.versions),
            web.route("*", "/services/data/{rest:.*}", self.data),
        ]

    async def versions(self, request: web.Request) -> web.Response:
        """The versions on offer; needs no sign-in."""
        listed = [
            {"label": version_label(version), "url": f"/services/data/{version}", "version": version[1:]}
            for version in VERSIONS
        ]
        return self._respond(request, Reply(200, listed))

    async def token(self, request: web.Request) -> web.Response:
        form = {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
        instance = _instance(request)
        try:
            if form.get("grant_type") == CODE_GRANT:
                return self._respond(request, Reply(200, self.openid.tokens(form, instance)))
            user = sign_in(
                with_basic(form, request.headers.get("Authorization")),
                self.connected_app,
                self.context.database,
                self.context.schema,
                audiences={instance},
                now=self.context.now(),
            )
        except OAuthError as error:
            return self._respond(request, Reply(400, error.body()))
        user_id = str(user["Id"])
        return self._respond(
            request,
            Reply(
                200,
                {
                    "access_token": self.sessions.open(user_id),
                    "scope": "api id",
                    "instance_url": instance,
                    "id": f"{instance}/id/{self.organization_id}/{user_id}",
                    "token_type": "Bearer",
                },
            ),
        )

    async def identity(self, request: web.Request) -> web.Response:
        """Who the session's user is, at the address that the token came with."""
        return self._about_user(request, request.match_info["user"])

    async def user_info(self, request: web.Request) -> web.Response:
        return self._about_user(request, None)

    def _about_user(self, request: web.Request, asked: str | None) -> web.Response:
        # jsforce puts the token into the address here.
        header = request.headers.get("Authorization")
        token = request.query.get("oauth_token")
        try:
            _, user_id = self.sessions.user(header or (f"Bearer {token}" if token else None))
        except OrgError:
            return self._respond(request, Reply(403, Document("Bad_OAuth_Token", "text/html")))
        if asked is not None and ids.canonical(asked) != user_id:
            return self._respond(request, Reply(403, Document("Wrong_Org", "text/html")))
        row = self.context.database.read(self.context.schema["User"], user_id) or {}
        return self._respond(request, Reply(200, about_user(row, self.organization_id, _instance(request))))

    async def soap_login(self, request: web.Request) -> web.Response:
        """Signing in by user name and password, which Salesforce no longer lets new orgs do."""
        error = OrgError("INVALID_OPERATION", "SOAP API login() is disabled by default in this org.", status=500)
        return self._respond(request, Reply(500, Document(soap_fault(error), "text/xml")))

    async def soap(self, request: web.Request) -> web.Response:
        """The Metadata API: deploy and what belongs to it."""
        data = await request.read()
        try:
            call = read_soap(data)
            _, user_id = self.sessions.user(f"Bearer {call.session}")
            self.context.usage.count()
            said = answer_soap(self.deployments, call, user_id, request.match_info["version"])
        except OrgError as error:
            return self._respond(request, Reply(500, Document(soap_fault(error), "text/xml")))
        return self._respond(request, Reply(200, Document(said, "text/xml")))

    async def data(self, request: web.Request) -> web.StreamResponse:
        """Any request below /services/data/{version}/."""
        fault = self.faults.take(request.method, request.path)
        if fault is not None and fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
        if fault is not None and fault.kind == "drop_before":
            return self._drop(request)
        body = await request.read()
        if fault is not None and fault.kind == "html_502":
            self.requests.add(Entry(request.method, request.path, 502))
            return web.Response(text=BAD_GATEWAY, status=502, content_type="text/html")
        reply, limit_info = self._answered(request, body, fault)
        if fault is not None and fault.kind == "drop_after":
            return self._drop(request)
        return self._respond(request, reply, limit_info)

    def _answered(self, request: web.Request, body: bytes, fault: Fault | None) -> tuple[Reply, str | None]:
        """The reply, and the usage header if the caller was let in."""
        limit_info: str | None = None
        try:
            self._refuse_long_head(request)
            user_id = self._signed_in(request, fault)
            limit_info = self.context.usage.header()
            _refuse_by_limit(fault)
            self.context.usage.count()
            limit_info = self.context.usage.header()
            version, segments, _ = split_path(request.rel_url.raw_path)
            call = Call(
                method=request.method,
                version=version,
                segments=segments,
                query=request.query,
                headers=request.headers,
                body=body,
                user_id=user_id,
                lock=row_lock(fault),
            )
            if segments[:1] == ("metadata",):
                return self._metadata(call), limit_info
            return answer(self.context, call), limit_info
        except OrgError as error:
            return Reply(error.status, error.body()), limit_info

    def _metadata(self, call: Call) -> Reply:
        """The Metadata API in REST."""
        match call.method, call.segments[1:]:
            case "GET", ("describe",):
                return Reply(200, describe_metadata(call.version[1:]))
            case "POST", ("deployRequest",):
                parts = form_parts(call.headers.get("Content-Type", ""), call.body)
                data, options = parts.get("file", b""), parts.get("entity_content", parts.get("json", b""))
                return Reply(201, deploy_request(self.deployments, data, options, call.user_id))
            case "GET", ("deployRequest", deployment_id):
                details = call.query.get("includeDetails") == "true"
                return Reply(200, deploy_status(self.deployments, deployment_id, details=details))
        raise not_found()

    def _signed_in(self, request: web.Request, fault: Fault | None) -> str:
        """The user of the session; `unavailable` meets every caller, `expired_session` those with a session."""
        if fault is not None and fault.kind == "unavailable":
            raise OrgError("SERVER_UNAVAILABLE", "Server Unavailable", status=503)
        token, user_id = self.sessions.user(request.headers.get("Authorization"))
        if fault is not None and fault.kind == "expired_session":
            self.sessions.end(token)
            raise invalid_session()
        return user_id

    @staticmethod
    def _refuse_long_head(request: web.Request) -> None:
        target = len(request.raw_path)
        head = target + sum(len(name) + len(value) + 4 for name, value in request.raw_headers)
        if target > MAX_HEAD_BYTES:
            raise OrgError("URI_TOO_LONG", "URI Too Long", status=414)
        if head > MAX_HEAD_BYTES:
            raise OrgError("REQUEST_HEADER_FIELDS_TOO_LARGE", "Request Header Fields Too Large", status=431)

    def _drop(self, request: web.Request) -> web.StreamResponse:
        """Close the connection without a word, as a failing network does."""
        self.requests.add(Entry(request.method, request.path, 0))
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=500)

    def _respond(self, request: web.Request, reply: Reply, limit_info: str | None = None) -> web.Response:
        self.requests.add(Entry(request.method, request.path, reply.status))
        headers = {"Date": format_date_time(self.context.now()), **reply.headers}
        if "Location" in headers:
            headers["Location"] = quote(headers["Location"])
        if limit_info is not None:
            headers["Sforce-Limit-Info"] = limit_info
        if reply.body is None:
            return web.Response(status=reply.status, headers=headers)
        if isinstance(reply.body, Document):
            text = reply.body
            return web.Response(
                text=text.text, status=reply.status, headers=headers, content_type=text.content_type, charset="UTF-8"
            )
        encoded = msgspec.json.encode(reply.body)
        return web.Response(
            body=encoded, status=reply.status, headers=headers, content_type="application/json", charset="UTF-8"
        )


def _instance(request: web.Request) -> str:
    return f"{request.scheme}://{request.host}"


def _refuse_by_limit(fault: Fault | None) -> None:
    if fault is not None and fault.kind == "daily_limit":
        raise daily_limit_exceeded()
    if fault is not None and fault.kind == "concurrent_limit":
        raise OrgError("REQUEST_LIMIT_EXCEEDED", "ConcurrentPerOrgLongTxn Limit exceeded.", status=403)


@web.middleware
async def salesforce_errors(request: web.Request, handler: Callable[[web.Request], object]) -> web.StreamResponse:
    """What no handler foresaw, in Salesforce's shape: unknown routes as 404, our own mistakes as 500."""
    try:
        response = await handler(request)  # type: ignore[misc]  # aiohttp types a handler as two kinds in one
    except web.HTTPNotFound:
        return _error_response(OrgError("NOT_FOUND", "The requested resource does not exist", status=404))
    except web.HTTPMethodNotAllowed as error:
        message = f"HTTP Method '{request.method}' not allowed. Allowed are {','.join(sorted(error.allowed_methods))}"
        return _error_response(OrgError("METHOD_NOT_ALLOWED", message, status=405))
    except web.HTTPException:
        raise
    except Exception:
        log.exception("the org failed to answer %s %s", request.method, request.path)
        return _error_response(OrgError("UNKNOWN_EXCEPTION", "An unexpected error occurred.", status=500))
    assert isinstance(response, web.StreamResponse)
    return response


def _error_response(error: OrgError) -> web.Response:
    return web.Response(body=msgspec.json.encode(error.body()), status=error.status, content_type="application/json")


def make_app(api: Api, control: Control) -> web.Application:
    """The org's aiohttp application."""
    app = web.Application(client_max_size=MAX_BODY_BYTES, middlewares=[salesforce_errors])
    app.add_routes([*api.openid.routes(), *api.routes(), *control.routes()])
    return app
