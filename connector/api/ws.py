"""The panel's socket: sign-in first, then commands, drafts and questions, one at a time and in order."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import WSCloseCode, WSMsgType, web

from connector.api import handlers
from connector.api.auth import SignIn
from connector.api.book import Book
from connector.api.forms import Forms
from connector.api.hub import Hub, PanelSocket
from connector.api.questions import Questions
from connector.api.rate import Bucket
from connector.api.reading import read
from connector.api.socket_session import SocketSession
from connector.api.supervision import ORDERS, Supervision
from connector.domain.model import Contact, Record
from connector.domain.rules.links import options
from connector.errors import BadInput, NotAllowed, SignInRefused, StoreError
from connector.log import about_agent
from connector.ports.crm import Crm
from connector.ports.store import RememberedReply, Store
from connector.service.clock import Clock
from connector.service.runner import Runner
from connector.wire import VERSION, commands, state

log = logging.getLogger(__name__)

HELLO_WITHIN: Final = 10.0
"""Seconds in which a socket must say who it is."""

LARGEST: Final = 1024 * 1024
"""Bytes of the largest message that is read: a hello with the unacknowledged notes of several contacts, 32,000
characters of up to four bytes each."""

FLOOD: Final = (400, 100)
"""Messages that may come at once, and per second after that; a typing agent sends four in a second."""

FAREWELL: Final = 2.0
"""Seconds that a panel has to agree that its socket is being closed."""

NEVER_FULL: Final = 1 << 30
"""Bytes that a socket's buffer may hold before writing to it waits.  The hub sees to it that it never holds much; what
it writes must not wait, or one panel that does not read would hold up all the others."""


Greeted = tuple[str, str, bool, tuple[commands.DraftMessage, ...]]
"""Of a hello: whose panel it is, its own id, whether it has the focus, and the drafts not yet acknowledged."""


class PanelSockets:
    """Serves `/panel/socket`."""

    def __init__(
        self,
        *,
        runner: Runner,
        hub: Hub,
        crm: Crm,
        store: Store,
        sign_in: SignIn,
        origins: frozenset[str],
        clock: Clock,
        supervision: Supervision | None = None,
        fresh: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """`fresh` asks the org for its agents of now, for somebody who is none; `supervision` is for supervisors."""
        self._runner = runner
        self._fresh = fresh
        self._hub = hub
        self._crm = crm
        self._store = store
        self._sign_in = sign_in
        self._origins = origins
        self._clock = clock
        self._supervision = supervision
        self._book = Book()
        self._forms = Forms(crm)
        self._open: set[web.WebSocketResponse] = set()
        self._ending: set[asyncio.Task[None]] = set()
        self._closing = False

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One socket from its opening to its end."""
        origin = request.headers.get("Origin", "")
        # The page that we serve ourselves has our own origin; who may frame it is its `frame-ancestors`.
        ours = origin.partition("://")[2] == request.host
        if not origin or not (ours or origin in self._origins):
            log.warning("socket of a foreign origin refused", extra={"origin": origin})
            raise web.HTTPForbidden(text="origin_not_allowed")
        if self._closing:
            raise web.HTTPServiceUnavailable(text="closing")
        ws = web.WebSocketResponse(timeout=FAREWELL, heartbeat=30.0, max_msg_size=LARGEST, compress=False)
        await ws.prepare(request)
        self._open.add(ws)
        try:
            # The hello itself is let go: with its token it would stay as long as the socket does.
            who = await self._hello(ws)
            if who is not None:
                await self._serve(request, ws, *who)
        finally:
            self._open.discard(ws)
        return ws

    async def close(self) -> None:
        """All panels are told that we go away, and come back by themselves; no new one is let in."""
        self._closing = True
        closing = (ws.close(code=WSCloseCode.GOING_AWAY, message=b"restart") for ws in list(self._open))
        await asyncio.gather(*closing, return_exceptions=True)

    async def _hello(self, ws: web.WebSocketResponse) -> Greeted | None:
        """Who it is; None when the socket was turned away, with the reason told."""
        try:
            message = await ws.receive(timeout=HELLO_WITHIN)
            if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                return None
            hello = read(commands.decode, message.data)
            if not isinstance(hello, commands.Hello):
                raise SignInRefused("hello_first", "The first message is hello.")
            if hello.version != VERSION:
                raise SignInRefused("wire_version", f"This connector speaks version {VERSION}: reload the page.")
            session = await self._sign_in.admit(hello.token)
            if session.agent not in self._runner.directory.agents and self._fresh is not None:
                await self._fresh()
            if session.agent not in self._runner.directory.agents:
                raise SignInRefused("not_an_agent", "Your user is not an agent: ask for the Phone Panel permission.")
        except TimeoutError:
            await self._turn_away(ws, "hello_late", f"No hello came within {HELLO_WITHIN:.0f} seconds.")
        except BadInput as error:
            await self._turn_away(ws, error.code, str(error), error.field or None)
        except SignInRefused as error:
            await self._turn_away(ws, error.code, str(error))
        else:
            return session.agent, hello.panel, hello.focused, hello.drafts
        return None

    async def _turn_away(self, ws: web.WebSocketResponse, code: str, message: str, field: str | None = None) -> None:
        log.warning("socket refused: %s", message, extra={"code": code})
        if not ws.closed:
            await ws.send_frame(state.encode(state.Failure(code, message, field, final=True)), WSMsgType.TEXT)
        await ws.close(code=WSCloseCode.POLICY_VIOLATION, message=code.encode())

    async def _serve(
        self,
        request: web.Request,
        ws: web.WebSocketResponse,
        agent: str,
        name: str,
        focused: bool,
        drafts: tuple[commands.DraftMessage, ...],
    ) -> None:
        transport = request.transport
        if transport is None:
            return
        transport.set_write_buffer_limits(high=NEVER_FULL)
        now = self._clock.now()
        panel = PanelSocket(self._hub, ws, transport, agent, now if focused else 0, name)
        questions = Questions(self._runner, self._crm, self._book, self._forms, panel)
        session = self._session(ws, panel)
        parts = (panel, questions, session, self._supervision)
        conversation = Conversation(self._runner, self._hub, self._store, self._clock, *parts)
        with about_agent(agent):
            for draft in drafts:
                await conversation.take(draft)
            self._hub.join(panel)
            bucket = Bucket(now, *FLOOD)
            try:
                async for message in ws:
                    if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                        break
                    if not bucket.take(self._clock.now()):
                        await self._turn_away(ws, "flood", "Too many messages.")
                        break
                    await conversation.read(message.data)
            finally:
                # A page that is closed says so; who is only cut off may be back in a moment.
                closed = ws.close_code == WSCloseCode.GOING_AWAY and not self._closing
                self._hub.leave(panel, closed=closed)
                conversation.end()

    def _session(self, ws: web.WebSocketResponse, panel: PanelSocket) -> SocketSession:
        def over() -> None:
            words = "Your session is over, and no fresh token came: reload the page."
            ending = asyncio.get_running_loop().create_task(self._turn_away(ws, "session_over", words))
            self._ending.add(ending)
            ending.add_done_callback(self._ending.discard)

        return SocketSession(
            self._clock,
            self._sign_in,
            panel.agent,
            is_agent=lambda: panel.agent in self._runner.directory.agents,
            want=lambda: panel.send(state.TokenWanted()),
            over=over,
        )


class Conversation:
    """What one panel says, and the answers."""

    __slots__ = ("_clock", "_hub", "_panel", "_questions", "_runner", "_session", "_store", "_supervision")

    def __init__(
        self,
        runner: Runner,
        hub: Hub,
        store: Store,
        clock: Clock,
        panel: PanelSocket,
        questions: Questions,
        session: SocketSession,
        supervision: Supervision | None,
    ) -> None:
        self._runner = runner
        self._hub = hub
        self._store = store
        self._clock = clock
        self._panel = panel
        self._questions = questions
        self._session = session
        self._supervision = supervision

    async def read(self, data: str | bytes) -> None:
        """One message; one that cannot be read is answered with an error that names the field, and changes nothing."""
        try:
            message = read(commands.decode, data)
        except BadInput as error:
            self._panel.send(state.Failure(error.code, str(error), error.field or None))
        else:
            await self.take(message)

    async def take(self, message: commands.Message) -> None:
        """Acts on a message that was read.

        One that we fail on is logged and answered with the code `internal`, and the panel goes on; if it was a draft,
        it is not acknowledged, and comes again with the panel's next hello.
        """
        try:
            await self._act(message)
        except Exception:
            self._runner.fault()
            log.exception("a message could not be dealt with", extra={"event": type(message).__name__})
            words = "The connector failed on this message; its log says why."
            if isinstance(message, commands.Command):
                self._panel.send(state.Reply(message.id, "internal", None, words))
            else:
                self._panel.send(state.Failure("internal", words))

    async def _act(self, message: commands.Message) -> None:
        match message:
            case commands.Command():
                await self._command(message)
            case commands.DraftMessage():
                await self._draft(message)
            case commands.Ping():
                self._panel.send(state.Pong(self._clock.now()))
            case commands.Find() | commands.Preview() | commands.Describe():
                self._questions.take(message)
            case commands.Visited():
                self._runner.draft(handlers.visit(self._panel.agent, message), lambda: None)
            case commands.Focus():
                self._panel.focused_at = self._clock.now()
            case commands.ChoreTaken() | commands.ChoreDone():
                self._chore(message)
            case commands.Watch():
                self._watch(message)
            case commands.Renew():
                await self._renew(message.token)
            case commands.Hello():
                self._panel.send(state.Failure("hello_twice", "This socket has said hello."))

    def end(self) -> None:
        """Nobody waits for answers any more."""
        self._questions.end()
        self._session.end()

    async def _renew(self, token: str) -> None:
        try:
            await self._session.renew(token)
        except SignInRefused as error:
            log.warning("a session is not renewed: %s", error, extra={"code": error.code})
            self._panel.send(state.Failure(error.code, str(error)))

    def _chore(self, message: commands.ChoreTaken | commands.ChoreDone) -> None:
        if isinstance(message, commands.ChoreTaken):
            self._hub.chores.taken(self._panel, message.chore)
        else:
            self._hub.chore_done(self._panel.agent, message.chore, message.ok, message.message)

    async def _command(self, message: commands.Command) -> None:
        if self._supervision is not None and message.name in ORDERS:
            await self._supervise(self._supervision, message)
            return
        try:
            order = handlers.command(self._panel.agent, message)
        except BadInput as error:
            self._panel.send(state.Reply(message.id, error.code, error.field, str(error)))
            return
        self._runner.command(order, message.id, self._answer)

    async def _supervise(self, supervision: Supervision, message: commands.Command) -> None:
        try:
            await supervision.act(self._panel.agent, message)
        except BadInput as error:
            self._panel.send(state.Reply(message.id, error.code, error.field, str(error)))
        except (NotAllowed, StoreError) as error:
            self._panel.send(state.Reply(message.id, error.code, None, str(error)))
        else:
            self._panel.send(state.Reply(message.id))

    def _watch(self, message: commands.Watch) -> None:
        if refused := self._hub.lists.watch(self._panel, message.lists):
            words = f"Not for you: {', '.join(sorted(refused))}. Ask for the permission Phone Panel Supervisor."
            self._panel.send(state.Failure("not_a_supervisor", words, "lists"))

    def _answer(self, reply: RememberedReply) -> None:
        self._panel.send(state.Reply(reply.request, reply.error, reply.field, reply.message, reply.contact))

    async def _draft(self, message: commands.DraftMessage) -> None:
        agent = self._panel.agent

        def saved() -> None:
            self._panel.send(state.DraftSaved(message.contact, message.field, message.revision))

        try:
            contact = await self._contact(message.contact)
            self._questions.check(contact, message.field, message.text)
            order = handlers.draft(agent, message, lambda link: _known(contact, link))
            self._runner.draft(order, saved)
        except (NotAllowed, BadInput) as error:
            refused = state.DraftRefused(message.contact, message.field, message.revision, error.code, str(error))
            self._panel.send(refused)

    async def _contact(self, key: str) -> Contact:
        """The agent's contact; a closed one that the floor has forgotten comes back, for the note must not be lost."""
        contact = self._runner.floor.contacts.get(key)
        if contact is None:
            contact = await self._store.contact(key)
            if contact is not None and contact.agent == self._panel.agent:
                self._runner.adopt(contact)
        if contact is None or contact.agent != self._panel.agent:
            raise NotAllowed("no_such_contact", "There is no such contact.")
        return contact


def _known(contact: Contact, link: commands.RecordLink) -> Record:
    """The record as the options have it (with what to open for it), or as the panel names it."""
    who, what = options(contact)
    found = next((record for record in (*who, *what) if record.id == link.id), None)
    return found or Record(link.id, link.type, link.name, why="search")
