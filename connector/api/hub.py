"""All connected panels: who is shown what, and when it is sent.

What an agent sees is sent as a whole after each turn of the loop in which it changed: many events, one message.  A
client that does not read is not buffered for: its state is sent when there is room again, and it is dropped after a
while.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, Final

from aiohttp import WSMsgType, web

from connector.api import view
from connector.api.lists import Lists
from connector.api.said import conversation_view
from connector.api.shown import Shown, Situations
from connector.domain.effects import CompleteWork, Pop, RaiseAlarm, RefreshView, WithdrawPop
from connector.domain.events import PanelsChanged, WorkCompleted
from connector.domain.model import Agent
from connector.domain.rules.transcript import has_transcript
from connector.service.alarms import Alarm
from connector.service.chores import Chore, Chores, Work
from connector.service.clock import Clock
from connector.service.conversation import Conversations, News
from connector.service.opening import KINDS, chore_of
from connector.service.runner import Runner
from connector.wire import requests
from connector.wire import state as wire

log = logging.getLogger(__name__)

ROOM: Final = 64 * 1024
"""Bytes that may wait in a socket's buffer before nothing more is written to it."""

PATIENCE: Final = 10_000
"""After so many ms without room a client is dropped."""

BACKLOG: Final = 200
"""Messages that may wait for room; replies are small, and a client with more of them does not read."""


AT_A_TIME: Final = 32
"""How many panels are written to before everybody else has a turn: the switch cuts off who does not read."""


class PanelSocket:
    """One connected panel of an agent."""

    __slots__ = (
        "agent",
        "focused_at",
        "hub",
        "listed",
        "name",
        "shown",
        "stale",
        "stuck_since",
        "transport",
        "waiting",
        "ws",
    )

    def __init__(
        self,
        hub: "Hub",
        ws: web.WebSocketResponse,
        transport: asyncio.WriteTransport,
        agent: str,
        focused_at: int,
        name: str = "",
    ) -> None:
        self.hub = hub
        self.ws = ws
        self.transport = transport
        self.agent = agent
        self.focused_at = focused_at
        self.name = name
        self.listed: dict[str, bytes] = {}
        self.waiting: list[bytes] = []
        self.stale = False
        self.shown = 0
        self.stuck_since = 0

    def send(self, message: Any) -> None:
        """A message of its own goes out at the end of this turn, before any newer state."""
        self.send_text(wire.encode(message))

    def send_text(self, text: bytes) -> None:
        """The same, of a message that is encoded already."""
        self.waiting.append(text)
        self.hub.wake(self)

    def do(self, chore: Chore) -> None:
        """See `chores.Panel`."""
        work = chore.work
        record = view.pop_view(work.record) if work.record else None
        told = (record, work.text, work.task_id, work.disposition, work.connected)
        layout = wire.LayoutAsked(*work.layout) if work.layout else None
        values = (dict(work.fields), dict(work.arguments), layout)
        self.send(wire.Chore(chore.id, chore.kind, chore.contact, *told, *values))

    def begin(self, chore: str) -> None:
        """See `chores.Panel`."""
        self.send(wire.ChoreYours(chore))


class Hub:
    """The runner's `Outside`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._runner: Runner | None = None
        self._panels: dict[str, list[PanelSocket]] = {}
        self._seq: dict[str, int] = {}
        self._situations = Situations()
        self._shown: dict[str, Shown] = {}
        self._to_send: dict[PanelSocket, None] = {}
        self._wake = asyncio.Event()
        self.lists = Lists(clock, lambda: (self.runner.floor, self.runner.directory))
        self.alarm: Callable[[Alarm], object] | None = None
        self.conversations: Conversations | None = None
        self.sent = 0
        self.dropped = 0
        self.chores = Chores(clock, lambda agent: list(self._panels.get(agent, ())))

    def watch(self, runner: Runner) -> None:
        """From now on it is this runner's floor that is shown."""
        self._runner = runner

    @property
    def runner(self) -> Runner:
        """Whose floor is shown."""
        assert self._runner is not None
        return self._runner

    def count(self) -> int:
        """How many panels are connected."""
        return sum(map(len, self._panels.values()))

    def join(self, panel: PanelSocket) -> None:
        """The panel is told what can be chosen and what is true."""
        panels = self._panels.setdefault(panel.agent, [])
        panels.append(panel)
        if len(panels) == 1:
            self.runner.event(PanelsChanged(panel.agent, True, self._clock.now()))
        panel.send(self._setup(panel.agent))
        if self.conversations is not None:
            for update in self.conversations.of(panel.agent):
                panel.send(conversation_view(update))
        panel.stale = True
        self.wake(panel)
        self.chores.panel_came(panel)

    def _setup(self, agent: str) -> wire.Setup:
        directory = self.runner.directory
        transcript = self.conversations is not None and has_transcript(directory, agent)
        return view.setup_view(directory, agent, transcript=transcript)

    def said(self, news: News) -> None:
        """Something was said in a call of that agent's: all their panels are told, and it is kept nowhere else."""
        panels = self._panels.get(news.agent)
        if panels:
            text = wire.encode(conversation_view(news))
            for panel in panels:
                panel.send_text(text)

    def leave(self, panel: PanelSocket, *, closed: bool = True) -> None:
        """The panel is gone; calls, drafts and Tasks go on without it.  `closed`: its page is, and will not be back."""
        panels = self._panels.get(panel.agent, [])
        if panel in panels:
            panels.remove(panel)
        self.lists.watch(panel, ())
        self.chores.panel_gone(panel, closed=closed)
        if not panels and self._panels.pop(panel.agent, None) is not None:
            self._seq.pop(panel.agent, None)
            self._shown.pop(panel.agent, None)
            self.runner.event(PanelsChanged(panel.agent, False, self._clock.now()))
        self._to_send.pop(panel, None)

    def wake(self, panel: PanelSocket) -> None:
        """Something is to be sent to that panel at the end of this turn."""
        self._to_send[panel] = None
        self._wake.set()

    # What the runner reports -----------------------------------------------------------------------------------

    def state_changed(self, agent: str) -> None:
        """See `Outside`."""
        self.lists.state_changed(agent)
        panels = self._panels.get(agent)
        if panels is None:
            return
        if self._is_out(agent):
            for panel in panels:
                log.info("a panel is closed: its user is no agent any more", extra={"agent": agent})
                panel.transport.abort()
            return
        for panel in panels:
            panel.stale = True
            self._to_send[panel] = None
        self._wake.set()

    def _is_out(self, agent: str) -> bool:
        """Whether the user is no agent any more, and has no call or wrap-up to bring to its end."""
        if agent in self.runner.directory.agents:
            return False
        known = self.runner.floor.agents.get(agent)
        return known is None or not known.contacts

    def queues_changed(self) -> None:
        """See `Outside`."""
        self.lists.queues_changed()

    def setup_changed(self) -> None:
        """See `Outside`."""
        for agent, panels in self._panels.items():
            for panel in panels:
                panel.send(self._setup(agent))
            self.state_changed(agent)
        self.lists.setup_changed()

    def pop(self, effect: Pop) -> None:
        """See `Outside`."""
        kind, work = chore_of(effect)
        self.chores.give(effect.agent, kind, effect.contact, work)

    def withdraw(self, effect: WithdrawPop) -> None:
        """See `Outside`."""
        for kind in KINDS:
            self.chores.withdraw(effect.agent, kind, effect.contact)

    def refresh(self, effect: RefreshView) -> None:
        """See `Outside`: only for panels that are there; a page that is opened later reads anew anyway."""
        if effect.agent in self._panels:
            self.chores.give(effect.agent, "refresh", effect.contact)

    def complete_work(self, effect: CompleteWork) -> None:
        """See `Outside`."""
        work = Work(None, effect.work, effect.task_id, effect.disposition, effect.connected)
        self.chores.give_once(effect.agent, "complete_work", effect.contact, work)

    def chore_done(self, agent: str, chore: str, ok: bool, message: str = "") -> None:
        """A panel reports what came of a chore; `message`: why it could not do it."""
        if not ok:
            log.warning("a panel could not do a chore: %s", message, extra={"agent": agent, "chore": chore})
        done = self.chores.done(agent, chore, ok)
        if done is not None and done.kind == "complete_work":
            self.runner.event(WorkCompleted(done.contact))

    def raise_alarm(self, effect: RaiseAlarm) -> None:
        """See `Outside`."""
        agents = self.runner.directory.agents
        who = agents[effect.agent].name if effect.agent in agents else effect.agent
        text = wire.encode(wire.Alarm(who, effect.number, effect.callback, effect.address, effect.at))
        for agent, panels in self._panels.items():
            if agent in agents and agents[agent].supervisor:
                for panel in panels:
                    panel.send_text(text)
        if self.alarm is not None:
            told = (effect.number, effect.callback, effect.address, effect.at)
            posted = requests.encode(requests.AlarmPost(effect.contact, effect.agent, who, *told))
            self.alarm(Alarm(effect.contact, who, *told, posted))

    # Sending ---------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Sends what is to be sent, at the end of each turn in which something came up, for ever."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            await self._send_all()

    async def _send_all(self) -> None:
        panels, self._to_send = self._to_send, {}
        states: dict[str, tuple[int, bytes]] = {}
        for sent, panel in enumerate(panels, 1):
            if sent % AT_A_TIME == 0:
                # What arrives is read meanwhile, so that what was encoded so far may be old.
                await asyncio.sleep(0)
                states.clear()
            try:
                await self._send_to(panel, states)
            except (ConnectionError, RuntimeError) as error:
                # The reader of that socket notices and takes the panel out.
                log.info("panel went away while being written to: %s", error)
            except Exception:
                # What cannot be shown to one agent must not keep all others from seeing anything.
                log.exception("a panel could not be told", extra={"agent": panel.agent})

    async def _send_to(self, panel: PanelSocket, states: dict[str, tuple[int, bytes]]) -> None:
        if panel.ws.closed:
            return
        if not self._has_room(panel):
            return
        # Writing never waits here, for there is room: one slow panel must not hold up the others.
        for message in panel.waiting:
            await panel.ws.send_frame(message, WSMsgType.TEXT)
        self.sent += len(panel.waiting)
        panel.waiting.clear()
        if panel.stale:
            panel.stale = False
            if panel.agent not in states:
                states[panel.agent] = self._encoded_state(panel.agent)
            version, encoded = states[panel.agent]
            if version != panel.shown:
                panel.shown = version
                await panel.ws.send_frame(encoded, WSMsgType.TEXT)
                self.sent += 1

    def _has_room(self, panel: PanelSocket) -> bool:
        transport = panel.transport
        if transport.get_write_buffer_size() <= ROOM:
            panel.stuck_since = 0
            return True
        now = self._clock.now()
        panel.stuck_since = panel.stuck_since or now
        if now - panel.stuck_since > PATIENCE or len(panel.waiting) > BACKLOG:
            log.warning("panel does not read and is dropped", extra={"agent": panel.agent})
            self.dropped += 1
            transport.abort()
        else:
            self._clock.call_at(now + 100, lambda: self.wake(panel))
        return False

    def _encoded_state(self, agent: str) -> tuple[int, bytes]:
        """What the agent is shown, and a number that is another one when it is not what was shown before."""
        runner = self.runner
        seq = self._seq[agent] = self._seq.get(agent, 0) + 1
        who = runner.floor.agents.get(agent) or Agent(agent)
        shown = self._shown.get(agent)
        if shown is None:
            shown = self._shown[agent] = Shown(self._situations)
        now = self._clock.now()
        state = shown.state(runner.floor, runner.directory, who, seq=seq, now=now, durable=not runner.slow)
        return shown.version, wire.encode(state)
