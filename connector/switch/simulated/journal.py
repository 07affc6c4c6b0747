"""What the switch itself saw: an append-only file of JSON lines, and what it says about each contact.

Tests that kill the connector take their expectations from here, never from the connector's own store.  Digits that
were played are counted, never written.
"""

from collections.abc import Iterable
from pathlib import Path

import msgspec
from msgspec import Struct

from connector.domain.model import Role
from connector.switch.register.entry import Entry


class JournalFile:
    """Appends to `path`, each entry handed to the operating system before `write` returns.

    A kill of this process loses nothing; there is no fsync, so a power failure may.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("ab", buffering=0)
        self._encoder = msgspec.json.Encoder()

    def write(self, entry: Entry) -> None:
        """The entry is the last line of the file."""
        self._file.write(self._encoder.encode(entry) + b"\n")

    def close(self) -> None:
        """Nothing more is written."""
        self._file.close()


def read(path: Path) -> tuple[Entry, ...]:
    """All whole lines of a journal; a last line that was cut off by a kill is left out."""
    lines = path.read_bytes().split(b"\n")
    decoder = msgspec.json.Decoder(Entry)
    return tuple(decoder.decode(line) for line in lines[:-1])


class CallSeen(Struct):
    """What the switch saw of one contact.

    The customer of a call between colleagues is the other one.  Who was only asked for help has none, and gets the one
    they are put through to.  `device` is the phone that was connected for it, or ""; `offers` are the phones that were
    rung, in order; `spoke` is True when customer and phone were connected, so that a Task must exist; `held` are
    (from, until) of each hold, None for one that was not over.  Times are ms UTC.
    """

    contact: str
    customer_leg: str = ""
    number: str = ""
    line: str = ""
    placed: bool = False
    started: int | None = None
    answered: int | None = None
    ended: int | None = None
    cause: str = ""
    device: str = ""
    agent_answered: int | None = None
    agent_ended: int | None = None
    offers: tuple[str, ...] = ()
    held: tuple[tuple[int, int | None], ...] = ()
    digits: int = 0

    @property
    def spoke(self) -> bool:
        """Whether customer and agent were connected."""
        return self.answered is not None and self.agent_answered is not None


def calls_by_contact(entries: Iterable[Entry]) -> dict[str, CallSeen]:
    """The calls that carried a contact key, by that key, in the order in which they got it.

    A call that no connector ever adopted is in the journal but in no contact.
    """
    reader = _Reader()
    for entry in entries:
        reader.read(entry)
    return reader.calls


class _Reader:
    """The calls so far.

    `began` says how each customer's leg did, `parties` that of one who was asked and may become a customer; `carried`
    and `phones` whose the legs of customers and agents are; `heard` are the contacts whose agent was put through to a
    leg that is another one's.
    """

    def __init__(self) -> None:
        self.calls: dict[str, CallSeen] = {}
        self.began: dict[str, Entry] = {}
        self.parties: dict[str, Entry] = {}
        self.carried: dict[str, str] = {}
        self.phones: dict[str, Entry] = {}
        self.heard: dict[str, list[CallSeen]] = {}

    def read(self, entry: Entry) -> None:
        """One more entry."""
        if entry.role is Role.CUSTOMER and entry.what in ("arrived", "placed"):
            self.began[entry.leg] = entry
        if entry.role is Role.CONSULTED and entry.what == "placed":
            self.parties[entry.leg] = entry
        if entry.role is Role.AGENT and entry.what in ("offered", "placed"):
            self.phones[entry.leg] = entry
        if entry.what == "mixed":
            self._mixed(entry)
        if entry.what == "ended":
            for call in self.heard.get(entry.leg, ()):
                _end(call, entry.at, entry.cause)
        if not entry.contact:
            return
        call = self.calls.setdefault(entry.contact, CallSeen(entry.contact))
        if entry.role is Role.AGENT:
            _add_agent(call, entry)
        elif entry.what == "adopted" or (entry.role is Role.CUSTOMER and entry.what == "placed"):
            # Who was asked and is passed on, or left alone with an agent, is a customer from then on.
            self.began.setdefault(entry.leg, self.parties.get(entry.leg, entry))
            self._carry(call, entry)
        elif entry.leg in self.began or entry.what == "digits":
            _add(call, entry)

    def _carry(self, call: CallSeen, entry: Entry) -> None:
        earlier = self.calls.get(self.carried.get(entry.leg, ""))
        self.carried[entry.leg] = entry.contact or ""
        if not call.customer_leg:
            _begin(call, self.began[entry.leg])
            # Who was left on hold in a call that was placed waits for the next agent like anybody who called.
            call.placed = entry.what == "placed"
        if earlier is not None and earlier is not call:
            _take_over(call, earlier, entry.at)

    def _mixed(self, entry: Entry) -> None:
        """Who had no customer of their own is put through to one now, or to a colleague who has none either."""
        without = []
        for leg in entry.legs:
            phone = self.phones.get(leg)
            call = None if phone is None else self.calls.get(phone.contact or "")
            if phone is not None and call is not None and not call.customer_leg:
                without.append((phone, call))
        customer = next((leg for leg in entry.legs if leg in self.began), None)
        if customer is not None:
            for _, call in without:
                self._put_through(call, self.began[customer], entry.at)
        elif len(without) == len(entry.legs) == 2:
            (one, ones), (other, others) = without
            self._put_through(ones, other, entry.at)
            self._put_through(others, one, entry.at)

    def _put_through(self, call: CallSeen, far: Entry, at: int) -> None:
        _begin(call, far)
        call.answered = at
        self.heard.setdefault(far.leg, []).append(call)


def _begin(call: CallSeen, first: Entry) -> None:
    call.customer_leg, call.number, call.line, call.started = first.leg, first.number, first.line, first.at


def _take_over(call: CallSeen, earlier: CallSeen, at: int) -> None:
    """The customer of one contact is another one's from now on: parked, or talking."""
    parked = bool(earlier.held) and earlier.held[-1][1] is None
    if earlier.answered is not None and not parked:
        call.answered = call.answered or at
    _end(earlier, at, "normal")


def _add(call: CallSeen, entry: Entry) -> None:
    if entry.what == "answered":
        call.answered = entry.at
    elif entry.what == "held":
        call.held = (*call.held, (entry.at, None))
    elif entry.what == "resumed":
        # A customer who was left on hold by an agent begins their next contact by being resumed.
        call.answered = call.answered or entry.at
        _end_hold(call, entry.at)
    elif entry.what == "digits":
        call.digits += entry.count
    elif entry.what == "ended":
        _end(call, entry.at, entry.cause)


def _end(call: CallSeen, at: int, cause: str) -> None:
    call.ended, call.cause = at, cause
    _end_hold(call, at)


def _end_hold(call: CallSeen, at: int) -> None:
    if call.held and call.held[-1][1] is None:
        call.held = (*call.held[:-1], (call.held[-1][0], at))


def _add_agent(call: CallSeen, entry: Entry) -> None:
    if entry.what in ("offered", "placed"):
        call.offers = (*call.offers, entry.device)
    elif entry.what == "answered":
        call.device, call.agent_answered, call.agent_ended = entry.device, entry.at, None
    elif entry.what == "ended" and entry.device == call.device:
        call.agent_ended = entry.at
