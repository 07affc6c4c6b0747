"""The one way in which state changes: `decide` takes the floor, the directory and an input, and returns the change."""

from collections.abc import Callable
from typing import Any, Final, get_args

from msgspec.structs import replace

from connector.domain import commands as c
from connector.domain import events as e
from connector.domain.commands import Command, ContactCommand
from connector.domain.directory import Directory, Settings
from connector.domain.effects import AskSwitch
from connector.domain.erasure import Person, about, agent_without, unnamed
from connector.domain.events import Event
from connector.domain.model import SILENT, UP, Agent, Contact, Floor, Kind, LegState, Line, Phase, Role
from connector.domain.rules import (
    agents,
    allowed,
    allowed_agents,
    attend,
    audio,
    callbacks,
    consult,
    emergency,
    legs,
    links,
    mixes,
    offer,
    outbound,
    phone,
    presence,
    recall,
    recording,
    transfer,
    work,
    wrap_up,
)
from connector.domain.rules.around import in_a_call
from connector.domain.step import Change, Stamp, Step
from connector.errors import NotAllowed

Input = Command | Event


def _answer(step: Step, contact: Contact, command: c.Answer) -> None:
    """An offered contact is taken: a call is connected, a callback dialled, anything else is the agent's at once."""
    if contact.kind in SILENT:
        work.accept(step, contact, command)
    elif contact.kind is Kind.CALLBACK:
        outbound.call_back(step, contact)
    else:
        offer.answer(step, contact, command)


_ORDERS: Final[dict[type, tuple[str, Callable[[Step, Contact, Any], None]]]] = {
    c.Answer: ("answer", _answer),
    c.Decline: ("decline", offer.decline),
    c.End: ("end", audio.end),
    c.Hold: ("hold", audio.hold),
    c.Resume: ("resume", audio.resume),
    c.Mute: ("mute", audio.mute),
    c.Unmute: ("unmute", audio.unmute),
    c.SendDigits: ("digits", audio.send_digits),
    c.StartRecord: ("record", recording.start_record),
    c.StopRecord: ("stop_record", recording.stop_record),
    c.StartMask: ("mask", recording.mask),
    c.StopMask: ("unmask", recording.unmask),
    c.Consult: ("consult", consult.consult),
    c.Abandon: ("abandon", consult.abandon),
    c.Merge: ("merge", audio.merge),
    c.Transfer: ("transfer", transfer.transfer),
    c.Swap: ("swap", audio.swap),
    c.Drop: ("drop", audio.drop),
    c.Finish: ("finish", work.finish),
    c.GiveBack: ("give_back", work.give_back),
    c.Done: ("done", wrap_up.done),
    c.Extend: ("extend", wrap_up.extend),
    c.SaveAgain: ("save_again", wrap_up.save_again),
}
"""For each command on a contact: its name on the wire and in `controls`, and what it does once allowed."""

_COMMANDS: Final = frozenset(get_args(Command))
OF_THE_SWITCH: Final = frozenset({"ring", "ask", "dial", "consult", "recall", "unattended"})
"""The deadlines that do not count while the switch is away."""

_OF_A_LEG: Final[dict[type, Callable[[Step, Any], None]]] = {
    **dict.fromkeys((e.LegRinging, e.LegAnswered, e.LegHeld, e.LegResumed, e.LegEnded), legs.report),
    **dict.fromkeys((e.PhoneHeld, e.PhoneResumed, e.PhoneTransferred), phone.report),
}


def guard(floor: Floor, directory: Directory, command: Command) -> str | None:
    """Why the command is not allowed now, as a stable code, or None.

    Another agent's contact is answered like one that does not exist.
    """
    if isinstance(command, c.Visit):
        return None
    agent = floor.agents.get(command.agent) or Agent(command.agent)
    if isinstance(command, c.SetState | c.SetLine):
        return allowed_agents.set_state(floor, directory, agent)
    if isinstance(command, c.LogOut):
        return allowed_agents.log_out(floor, directory, agent)
    if isinstance(command, c.Dial):
        return (allowed_agents.dial_held if command.hold else allowed_agents.dial)(floor, directory, agent)
    if isinstance(command, c.DialEmergency):
        return allowed_agents.dial_emergency(floor, directory, agent)
    if isinstance(command, c.SetFavourite):
        return None
    contact = floor.contacts.get(command.contact)
    if contact is None or contact.agent != command.agent:
        return "no_such_contact"
    order = _ORDERS.get(type(command))
    if order is None:
        return None
    return allowed.why_not(floor, contact, directory, order[0])


def decide(floor: Floor, directory: Directory, given: Input, stamp: Stamp) -> Change:
    """What changes because of a command or an event; the floor itself is left as it is.

    Raises `NotAllowed` (with the code of `guard`) or `BadInput` for a command that cannot be carried out.
    """
    step = Step(floor, directory, stamp)
    if type(given) in _COMMANDS:
        code = guard(floor, directory, given)  # type: ignore[arg-type]  # the set above is Command
        if code is not None:
            raise NotAllowed(code)
        _command(step, given)  # type: ignore[arg-type]  # as above
    else:
        _event(step, given)  # type: ignore[arg-type]  # what is no Command is an Event
    change = step.change()
    if change.agents:
        _calls_over(step, change.agents)
        change = step.change()
    if change.queues or change.agents:
        offer.offer_waiting(step)
        change = step.change()
    return change


def _calls_over(step: Step, changed: tuple[Agent, ...]) -> None:
    """Who had a call before this step and has none any more may have a wrap-up that waited for that."""
    for agent in changed:
        before = step.floor.agents.get(agent.id)
        if before is not None and in_a_call(step.floor.contacts.get, before) and not in_a_call(step.contact, agent):
            wrap_up.call_over(step, agent.id)


def restarted(floor: Floor, directory: Directory, stamp: Stamp) -> Change:
    """What follows from a start of the connector: nobody has a panel yet, and the time without one begins.

    Of a Work Queue step that Salesforce may not have been told of it is told again.
    """
    step = Step(floor, directory, stamp)
    presence.nobody_here(step)
    for contact in _by_age(floor):
        wrap_up.complete_work(step, contact)
    return step.change()


def start(floor: Floor, directory: Directory, stamp: Stamp) -> Change:
    """What follows from a new directory: agents' phones are those that it names, and waiting contacts are offered."""
    step = Step(floor, directory, stamp)
    _begin(step)
    return step.change()


def reconnected(floor: Floor, directory: Directory, stamp: Stamp) -> Change:
    """What follows when the switch is back and what happened meanwhile is known.

    What was asked of it and not seen fulfilled is asked again and has its time anew.  What else is overdue happens now
    and is not asked for first.  Then it goes on as after `start`.
    """
    step = Step(floor, directory, stamp)
    agents.agree(step)
    for contact in _by_age(floor):
        _renew(step, contact)
    _calls_over(step, step.change().agents)
    _begin(step)
    agents.keep_lines(step)
    return step.change()


def _renew(step: Step, contact: Contact) -> None:
    due = step.now + step.directory.settings.ask
    if contact.asked:
        contact = step.put(replace(contact, asked=tuple(replace(ask, due=due) for ask in contact.asked)))
    found = deadline(contact, step.directory)
    if found is not None:
        _deadline(step, contact, found[1], found[0])
    now = step.contact(contact.key)
    assert now is not None
    for again in _asks_again(step, now):
        step.ask(again.ask)


def _begin(step: Step) -> None:
    for agent_id in {**step.floor.agents, **step.directory.agents}:
        profile = step.directory.agents.get(agent_id)
        device = profile.device if profile is not None else ""
        agents.phone(step, agent_id, step.floor.phones.get(device, False), step.floor.lines.get(device, Line.ALWAYS))
    offer.offer_waiting(step)


def _command(step: Step, command: Command) -> None:
    match command:
        case c.SetState():
            agents.set_state(step, command)
        case c.LogOut():
            agents.log_out(step, command)
        case c.Dial():
            outbound.dial(step, command)
        case c.Visit():
            agents.visit(step, command)
        case c.DialEmergency():
            emergency.dial(step, command)
        case c.SetFavourite():
            agents.favourite(step, command)
        case c.SetLine():
            agents.set_line(step, command)
        case _:
            _on_contact(step, command)


def _on_contact(step: Step, command: ContactCommand) -> None:
    contact = step.contact(command.contact)
    assert contact is not None
    if isinstance(command, c.SaveDraft):
        links.save_draft(step, contact, command)
    elif isinstance(command, c.BeginStep):
        outbound.begin_step(step, contact, command)
    else:
        _ORDERS[type(command)][1](step, contact, command)


def _event(step: Step, event: Event) -> None:
    report = _OF_A_LEG.get(type(event))
    if report is not None:
        report(step, event)
        return
    match event:
        case e.CallArrived():
            offer.arrive(step, event)
        case e.LegMuted(leg=leg, muted=muted):
            holders = step.holders(leg)
            step.unknown = not holders
            for contact in holders:
                if _is_agents(contact, leg):
                    audio.muted(step, contact, muted)
        case e.LegsMixed():
            mixes.mixed(step, event)
        case e.PhoneChanged() | e.EmergencyDialled():
            _phone(step, event)
        case e.CallbackRequested():
            callbacks.request(step, event)
        case e.WorkDelivered():
            work.deliver(step, event)
        case e.PanelsChanged() | e.AgentDeadlinePassed() | e.PersonErased():
            _about_agents(step, event)
        case _:
            _about_contact(step, event)


def _about_agents(step: Step, event: e.PanelsChanged | e.AgentDeadlinePassed | e.PersonErased) -> None:
    match event:
        case e.PanelsChanged():
            presence.panels_changed(step, event)
        case e.AgentDeadlinePassed():
            presence.overdue(step, event)
        case e.PersonErased(person=person):
            _forget_person(step, person)


def _forget_person(step: Step, person: Person) -> None:
    """They are named nowhere but in contacts with them, which are erased when their time is over."""
    for agent in step.floor.agents.values():
        if (other := agent_without(agent, person)) is not agent:
            step.put_agent(other)
    for contact in list(step.floor.contacts.values()):
        if not about(contact, person) and (changed := unnamed(contact, person)) is not contact:
            step.put(changed)


def _is_agents(contact: Contact, leg: str) -> bool:
    """Whether it is the leg of the agent, in a call."""
    agent = contact.leg(Role.AGENT)
    return contact.phase is Phase.ACTIVE and agent is not None and agent.id == leg


def _about_contact(step: Step, event: Event) -> None:
    contact = step.contact(event.contact)  # type: ignore[union-attr]  # the events left all have a contact
    if contact is None:
        # Deadlines and Salesforce's answers may come when the contact is forgotten: nobody waits for them any more.
        step.unknown = isinstance(event, e.RecordingChanged | e.AskRefused)
        return
    match event:
        case e.RecordingChanged():
            recording.changed(step, contact, event)
        case e.AskRefused(ask=ask, code=code, at=at):
            if not outbound.refused(step, contact, ask, code, at):
                audio.refused(step, contact, ask, code)
        case e.CallerMatched():
            links.matched(step, contact, event)
        case e.TaskSaved() | e.TaskWaiting() | e.TaskRefused() | e.TaskDiscarded() | e.TaskWanted():
            _about_task(step, contact, event)
        case e.WorkCompleted():
            wrap_up.work_completed(step, contact)
        case e.DeadlinePassed(kind=kind, due=due):
            _deadline(step, contact, kind, due)


def _about_task(step: Step, contact: Contact, event: e.TaskEvent) -> None:
    match event:
        case e.TaskSaved():
            wrap_up.saved(step, contact, event)
        case e.TaskWaiting():
            wrap_up.waits(step, contact, event)
        case e.TaskRefused():
            wrap_up.refused(step, contact, event)
        case e.TaskDiscarded():
            wrap_up.discarded(step, contact, event)
        case e.TaskWanted():
            wrap_up.wanted(step, contact)


def _phone(step: Step, event: e.PhoneChanged | e.EmergencyDialled) -> None:
    """An agent whose phone cannot be rung is not offered calls; their state stays what they chose."""
    if isinstance(event, e.EmergencyDialled):
        emergency.dialled_on_phone(step, event)
        return
    step.phones[event.device] = event.ready
    step.lines[event.device] = event.line
    profile = step.directory.agent_of_device(event.device)
    if profile is not None:
        agents.phone(step, profile.id, event.ready, event.line)


def deadline(contact: Contact, directory: Directory) -> tuple[int, str] | None:
    """When something must happen by itself if nothing else does, and what (see `DeadlinePassed`).  The nearest."""
    found: list[tuple[int, str]] = [(ask.due, "ask") for ask in contact.asked]
    settings = directory.settings
    if contact.phase is Phase.OFFERED and not contact.asked:
        assert contact.offered is not None
        found.append((contact.offered + settings.ring, "ring"))
    elif contact.unattended:
        ringing = any(leg.state in (LegState.DIALING, LegState.RINGING) for leg in contact.legs)
        assert contact.answered is not None
        found.append((contact.answered + (settings.dial if ringing else settings.unattended), "unattended"))
    elif _rings_at_consulted(contact):
        assert contact.consult is not None
        found.append((contact.consult.since + settings.dial, "consult"))
    elif contact.recalled:
        mine = contact.leg(Role.AGENT)
        assert mine is not None
        found.append((mine.since + settings.ring, "recall"))
    elif contact.phase is Phase.ACTIVE and contact.answered is None and not contact.asked and not contact.emergency:
        found.append((_dialled_until(contact, settings), "dial"))
    elif contact.phase is Phase.QUEUED and contact.not_before:
        found.append((contact.not_before, "not_before"))
    elif contact.phase is Phase.WRAP_UP and not contact.overtime:
        assert contact.ended is not None
        length = directory.skill(contact.skill).wrap_up
        if length is not None:
            found.append((contact.ended + length + contact.extended, "wrap_up"))
    elif contact.work_due:
        assert contact.closed is not None
        found.append((contact.closed + wrap_up.WORK_KEPT, "work"))
    return min(found, default=None)


def _dialled_until(contact: Contact, settings: Settings) -> int:
    """Until when the agent's own phone may ring to be lifted, and the far end from then on."""
    mine = contact.leg(Role.AGENT)
    assert mine is not None
    if mine.state is LegState.RINGING:
        return contact.started + settings.ring
    return (mine.since if mine.state in UP else contact.started) + settings.dial


def _rings_at_consulted(contact: Contact) -> bool:
    leg = contact.consulted
    if leg is None or leg.state in UP:
        return False
    assert contact.consult is not None
    return not contact.consult.contact


def _deadline(step: Step, contact: Contact, kind: str, due: int) -> None:
    """What is due, if it still is: anything that happened meanwhile has moved the deadline.

    What the switch was to do waits while it is away: it may have been done, and is found out first (DESIGN, section 4).
    """
    if deadline(contact, step.directory) != (due, kind) or due > step.now:
        return
    if kind in OF_THE_SWITCH and not step.floor.switch_up:
        return
    match kind:
        case "ring":
            offer.missed(step, contact)
        case "ask":
            audio.overdue(step, contact, due)
        case "dial":
            outbound.unanswered(step, contact)
        case "consult":
            consult.unanswered(step, contact)
        case "recall":
            recall.unanswered(step, contact)
        case "unattended":
            attend.time_over(step, contact)
        case "wrap_up":
            wrap_up.over(step, contact)
        case "not_before":
            callbacks.due(step, contact)
        case "work":
            wrap_up.let_go(step, contact)


def _by_age(floor: Floor) -> list[Contact]:
    return sorted(floor.contacts.values(), key=lambda known: (known.started, known.key))


def _asks_again(step: Step, contact: Contact) -> list[AskSwitch]:
    """What was asked of the switch for that contact and has not been seen fulfilled."""
    profile = None if contact.agent is None else step.directory.agents.get(contact.agent)
    found = offer.asks_again(contact, profile.device if profile else "")
    found += outbound.asks_again(contact, step.directory)
    found += consult.asks_again(step, contact)
    found += recall.asks_again(step, contact)
    found += audio.asks_again(step, contact)
    return found
