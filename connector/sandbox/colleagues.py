"""Colleagues without a face: they play the agents at whose console nobody sits, so that one person can try it all.

A colleague is away (Unavailable), and still answers when called directly.  One who helps becomes available for the next
contact when something waits while another agent is in a call.  As soon as a person signs in as that agent, the
colleague leaves; nothing that a person left behind is touched.
"""

import secrets
import time
from collections.abc import Callable
from typing import Any, Final

from msgspec import Struct

Message = dict[str, Any]
Send = Callable[[Message], None]
Later = Callable[[float, Callable[[], None]], object]
"""Calls a function so many seconds from now."""

MOST_TRIES: Final = 5
"""An order that is refused so often is given up."""

EMERGENCY: Final = {"US": "911", "NL": "112"}
"""What a colleague dials in an emergency, by country; in the demo it leads to the simulated switch only."""

NOTE: Final = (
    "Wants to know why the invoice is higher than the offer. Has the offer at hand; is friendly but in a hurry."
)


class Manner(Struct, frozen=True):
    """How a colleague behaves; times in seconds.

    `declines`: of offers to them the first and then every other is declined.  `helps`: takes what has waited for
    `patience` while another agent is in a call.  `talk` is after how long they end a customer's call, `with_us` a
    colleague's.
    """

    answer: float = 2
    declines: bool = False
    helps: bool = False
    patience: float = 6
    ready: float = 10
    talk: float = 90
    with_us: float = 600
    work: float = 15
    wrap_up: float = 3
    pause: float = 3


class Colleague:
    """One connection of a colleague's panel: what it is told goes to `take`, what it orders to `send`.

    `mine` are the keys of contacts that a colleague has dealt with, kept from connection to connection.
    """

    def __init__(self, manner: Manner, mine: set[str], send: Send, later: Later) -> None:
        self._manner = manner
        self._mine = mine
        self._send = send
        self._later = later
        self._state: Message | None = None
        self._setup: Message = {}
        self._others: set[str] = set()
        self._begun: set[tuple[str, str]] = set()
        self._tries: dict[tuple[str, str], int] = {}
        self._orders: dict[str, tuple[str, str]] = {}
        self._waiting: dict[str, float] = {}
        self._somebody_works = False
        self._ready = False
        self._offers = 0
        self._pass_to = ""
        self._consulting = False
        self._ring: Callable[[], None] | None = None
        if manner.helps:
            send({"type": "watch", "lists": ["queues", "agents"]})

    @property
    def free(self) -> bool:
        """Whether they are logged in and deal with nothing."""
        return self._state is not None and self._state["agent"]["state"] == "UNAVAILABLE" and not self._contacts()

    # What a person asks of them --------------------------------------------------------------------------------------

    def call(self, device: str) -> None:
        """They call that phone directly."""
        outbound = [skill["id"] for skill in self._setup.get("skills", ()) if skill["outbound"]]
        self._order("dial", ("", "call"), number=device, **({"skill": outbound[0]} if outbound else {}))

    def call_emergency(self) -> None:
        """They make an emergency call."""
        number = EMERGENCY.get(self._setup.get("country", ""), EMERGENCY["US"])
        self._order("dial_emergency", ("", "emergency"), number=number)

    def pass_on(self, agent: str, ring: Callable[[], None]) -> None:
        """The next customer that they take is passed on to that agent, with a note; `ring` lets that customer call."""
        self._pass_to, self._ring = agent, ring
        self._be_ready()

    # What they are told ---------------------------------------------------------------------------------------------

    def take(self, message: Message) -> None:
        """Something came from the connector."""
        match message["type"]:
            case "setup":
                self._setup = message
            case "state":
                if self._state is None:
                    self._others = {contact["key"] for contact in message["contacts"]} - self._mine
                self._state = message
                self._look()
            case "reply":
                self._answered(message)
            case "queues":
                self._see_queues(message["queues"])
            case "agents":
                self._somebody_works = any(row["state"] == "WORKING" for row in message["agents"])
                self._help()

    def _answered(self, reply: Message) -> None:
        """What was refused is tried again, for a while."""
        act = self._orders.pop(reply["id"], None)
        if act is None or reply.get("error") is None:
            return
        self._tries[act] = self._tries.get(act, 0) + 1
        if act[0] and self._tries[act] < MOST_TRIES:
            self._begun.discard(act)
            self._look()

    def _look(self) -> None:
        """Everything that is to be done now is begun, each thing once."""
        assert self._state is not None
        agent = self._state["agent"]
        if agent["state"] == "LOGGED_OUT" or (agent["state"] == "AVAILABLE" and not self._ready):
            self._once(("agent", agent["state"]), 0, self._rest)
        else:
            self._begun -= {("agent", "LOGGED_OUT"), ("agent", "AVAILABLE")}
        if agent["state"] == "AVAILABLE" and self._ring is not None:
            ring, self._ring = self._ring, None
            ring()
        if agent["state"] == "WORKING" and self._ready:
            # What is chosen in a call counts afterwards.
            self._rest()
        for contact in self._contacts():
            self._mine.add(contact["key"])
            self._attend(contact)
        self._help()

    def _contacts(self) -> list[Message]:
        """Theirs, without what a person left behind."""
        contacts = self._state["contacts"] if self._state is not None else ()
        return [contact for contact in contacts if contact["key"] not in self._others]

    def _attend(self, contact: Message) -> None:
        manner, key = self._manner, contact["key"]
        # A customer has a number, a colleague an extension.
        ours = bool(contact.get("asked_by")) or not contact["number"].startswith("+")
        match contact["phase"]:
            case "OFFERED":
                if (key, "offer") not in self._begun:
                    self._offers += 1
                declined = manner.declines and self._offers % 2 == 1
                self._do("decline" if declined else "answer", contact, manner.answer, act="offer")
            case "ACTIVE" if contact["kind"] in ("work_item", "email"):
                self._do("finish", contact, manner.work)
            case "ACTIVE" if self._pass_to and not ours:
                self._pass(contact)
            case "ACTIVE" if contact.get("emergency"):
                self._do("end", contact, manner.work)
            case "ACTIVE":
                self._do("end", contact, manner.with_us if ours else manner.talk)
            case "WRAP_UP":
                self._finish(contact)

    def _pass(self, contact: Message) -> None:
        """Step by step: the note, the consult, the transfer; if the other one does not want to, that is all."""
        key, consult = contact["key"], contact.get("consult")
        self._once((key, "note"), 0, lambda: self._draft(key, "comments", text=NOTE))
        if consult is not None:
            self._consulting = True
            if consult["state"] == "connected":
                self._do("transfer", contact, self._manner.pause)
        elif self._consulting:
            self._consulting, self._pass_to = False, ""
            self._attend(contact)
        else:
            self._do("consult", contact, self._manner.pause, to={"kind": "agent", "id": self._pass_to})

    def _finish(self, contact: Message) -> None:
        """Wrap-up ends when a disposition is there, where one is needed."""
        key = contact["key"]
        self._consulting, self._pass_to = False, ""
        chosen = contact["draft"]["disposition"]["value"]
        if contact["disposition_required"] and not chosen and self._setup.get("dispositions"):
            text = self._setup["dispositions"][0]
            self._once((key, "disposition"), 0, lambda: self._draft(key, "disposition", text=text))
        else:
            self._do("done", contact, self._manner.wrap_up)

    # Helping --------------------------------------------------------------------------------------------------------

    def _see_queues(self, queues: list[Message]) -> None:
        now = time.monotonic()
        waiting = {queue["skill"] for queue in queues if queue["waiting"]}
        self._waiting = {skill: self._waiting.get(skill, now) for skill in waiting}
        if waiting:
            self._later(self._manner.patience, self._help)

    def _help(self) -> None:
        """They become available when something has waited while another agent is in a call."""
        wanted = self._manner.helps and self._somebody_works and bool(self._waiting)
        if wanted and self.free and not self._ready:
            waited = time.monotonic() - min(self._waiting.values())
            if waited >= self._manner.patience:
                self._be_ready()

    def _be_ready(self) -> None:
        self._ready = True
        self._order("set_state", ("", "ready"), state="AVAILABLE")
        self._later(self._manner.ready, self._not_ready)

    def _not_ready(self) -> None:
        """Nothing came."""
        if self._ready and self._state is not None and not self._contacts():
            self._pass_to = ""
            self._rest()

    def _rest(self) -> None:
        self._ready = False
        reasons = self._setup.get("reasons") or ["Training"]
        self._order("set_state", ("", "rest"), state="UNAVAILABLE", reason=reasons[-1])

    # Orders ---------------------------------------------------------------------------------------------------------

    def _do(self, name: str, contact: Message, after: float, *, act: str = "", **values: Any) -> None:
        """The order, once, so many seconds from now, if it is allowed then."""
        key = contact["key"]

        def order() -> None:
            now = next((known for known in self._contacts() if known["key"] == key), None)
            if now is not None and now["phase"] == contact["phase"] and now["controls"].get(name, "") is None:
                self._order(name, (key, act or name), contact=key, **values)
            else:
                self._begun.discard((key, act or name))

        if contact["controls"].get(name, "") is None:
            self._once((key, act or name), after, order)

    def _once(self, act: tuple[str, str], after: float, do: Callable[[], None]) -> None:
        if act not in self._begun:
            self._begun.add(act)
            self._later(after, do)

    def _order(self, name: str, act: tuple[str, str], **values: Any) -> None:
        order = secrets.token_hex(8)
        self._orders[order] = act
        self._send({"type": "command", "id": order, "name": name, **values})

    def _draft(self, contact: str, field: str, **value: Any) -> None:
        found = next((known for known in self._contacts() if known["key"] == contact), None)
        revision = 1 + (found["draft"][field]["revision"] if found is not None else 0)
        self._send({"type": "draft", "contact": contact, "field": field, "revision": revision, **value})
