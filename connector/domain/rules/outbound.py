"""Outbound calls: the number, the skill, and how dialling goes."""

from msgspec.structs import replace

from connector.domain import times
from connector.domain.commands import BeginStep, Dial
from connector.domain.dial_plan import dialled, outside
from connector.domain.directory import Directory, Skill
from connector.domain.effects import AskSwitch, EndLeg, MatchCaller, Offer, PlaceCall
from connector.domain.emergency import trunks_of, verified
from connector.domain.model import (
    Contact,
    Kind,
    Leg,
    LegState,
    Match,
    MatchState,
    Phase,
    Role,
)
from connector.domain.rules import agents, audio, pops, wrap_up
from connector.domain.rules.allowed_agents import outbound_skills, reachable
from connector.domain.step import Step
from connector.domain.tasks import linked
from connector.domain.transitions import CONTACT, ContactTrigger
from connector.errors import BadInput, NotAllowed


def dial(step: Step, command: Dial) -> None:
    """The agent's phone is connected, then the number is called; the contact is live from the first moment.

    A colleague is offered a contact of their own once the caller's phone is connected.  The call in the agent's ear
    goes on hold where that was asked for.
    The ask has the contact's key for its id: a contact is dialled once, however often the switch is asked to.
    Raises `NotAllowed` for a colleague who cannot be called now.
    """
    skill = _skill(step, command)
    profile = step.directory.agents[command.agent]
    number, internal = dialled(step.directory, command.number, profile, skill.id)
    outer = number.startswith("+")
    colleague = step.directory.agent_of_device(number) if internal else None
    if colleague is not None and (why := reachable(step.floor, step.directory, step.agent(colleague.id))) is not None:
        raise NotAllowed(why, f"{colleague.name} cannot be called now.")
    if command.hold:
        for key in step.agent(command.agent).contacts:
            other = step.contact(key)
            if other is not None and other.in_ear:
                audio.step_aside(step, other)
    key = step.new_key()
    legs = (
        Leg(step.new_id(), Role.AGENT, LegState.DIALING, step.now),
        Leg(step.new_id(), Role.CUSTOMER, LegState.DIALING, step.now, agent=colleague.id if colleague else ""),
    )
    contact = Contact(
        key=key,
        interaction_key=key,
        kind=Kind.OUTBOUND,
        phase=Phase.ACTIVE,
        number=number,
        line=skill.caller_id,
        skill=skill.id,
        started=step.now,
        match=Match(MatchState.SEARCHING if outer else MatchState.NONE),
        agent=command.agent,
        legs=legs,
        internal=internal,
        visited=step.agent(command.agent).visited,
        draft=linked(command.record, "dialled"),
        work=command.work,
        popped=command.record is not None,
    )
    step.created = contact.key
    step.asked(contact, "dial", contact.key)
    agents.take(step, contact)
    place(step, contact)
    if not outer:
        pops.pop(step, step.newest(contact))
    else:
        step.effect(MatchCaller(contact.key, number))


def begin_step(step: Step, contact: Contact, command: BeginStep) -> None:
    """The call is for the step, if it was dialled for none."""
    if contact.kind is Kind.OUTBOUND and not contact.work:
        step.put(replace(contact, work=command.work))


def place(step: Step, contact: Contact) -> None:
    """The switch is asked to call the contact's number for its agent."""
    step.ask(_place_call(contact, step.directory))


def _place_call(contact: Contact, directory: Directory) -> PlaceCall:
    customer, agent = contact.leg(Role.CUSTOMER), contact.leg(Role.AGENT)
    assert customer is not None and agent is not None and contact.agent is not None
    profile = directory.profile(contact.agent)
    number, route, other, address = contact.number, "", "", None
    if contact.emergency:
        address = verified(profile)
        route, other = trunks_of(directory, profile, address)
    elif not contact.internal:
        number = outside(directory, number, contact.skill)
    legs = (agent.id, customer.id)
    return PlaceCall(contact.key, contact.key, *legs, profile.device, number, contact.line, route, address, other)


def phone_answered(step: Step, contact: Contact) -> None:
    """The caller's own phone is connected: a colleague who was called directly is rung now.

    Their contact has the same two legs, the other way round.
    """
    mine, far = contact.leg(Role.AGENT), contact.leg(Role.CUSTOMER)
    assert mine is not None and far is not None and contact.agent is not None
    if not far.agent or far.state is not LegState.DIALING or len(step.holders(far.id)) > 1:
        return
    if reachable(step.floor, step.directory, step.agent(far.agent)) is not None:
        step.ask(EndLeg(step.new_id(), contact.key, mine.id))
        wrap_up.finish(step, contact, "busy", step.now)
        return
    colleague = step.directory.agents[far.agent]
    offered = Contact(
        key=step.new_key(),
        interaction_key=contact.interaction_key,
        kind=Kind.INBOUND,
        phase=Phase.OFFERED,
        number=step.directory.profile(contact.agent).device,
        line=contact.line,
        skill=contact.skill,
        started=contact.started,
        offered=step.now,
        match=Match(MatchState.NONE),
        agent=colleague.id,
        legs=(
            Leg(mine.id, Role.CUSTOMER, mine.state, step.now, agent=contact.agent),
            Leg(far.id, Role.AGENT, LegState.DIALING, step.now),
        ),
        internal=True,
        direct=True,
        visited=step.agent(colleague.id).visited,
    )
    step.put(offered)
    agents.take(step, offered)
    step.ask(Offer(offered.key, mine.id, far.id, colleague.device))
    pops.pop(step, offered)


def call_back(step: Step, contact: Contact) -> None:
    """A callback is accepted: it is dialled like an outbound call, with its skill's caller id, and starts now."""
    skill = step.directory.skill(contact.skill)
    legs = (
        Leg(step.new_id(), Role.AGENT, LegState.DIALING, step.now),
        Leg(step.new_id(), Role.CUSTOMER, LegState.DIALING, step.now),
    )
    accepted = replace(
        times.taken(contact, step.now),
        phase=CONTACT[contact.phase, ContactTrigger.ANSWER],
        line=skill.caller_id or next(iter(skill.numbers), ""),
        started=step.now,
        legs=legs,
    )
    accepted = step.asked(accepted, "dial", contact.key)
    place(step, accepted)
    pops.pop(step, accepted)


def _skill(step: Step, command: Dial) -> Skill:
    """The outbound skill: chosen by itself when the agent has only one, asked for when there are several."""
    mine = outbound_skills(step.directory, command.agent)
    if not command.skill and len(mine) == 1:
        return mine[0]
    for skill in mine:
        if skill.id == command.skill:
            return skill
    names = ", ".join(skill.id for skill in mine)
    raise BadInput("skill_needed", "skill", f"Choose the skill to call with: {names}.")


def customer_answered(step: Step, contact: Contact, at: int) -> None:
    """The other side took the call: it counts from now, and no other call is in the agent's ear."""
    if contact.answered is None:
        answered = step.put(replace(contact, answered=at))
        audio.only_in_ear(step, answered)
        pops.pop(step, step.newest(answered))


def refused(step: Step, contact: Contact, ask: str, code: str, at: int) -> bool:
    """Whether that was the switch's word that it will not dial: then the call is over, and the agent is told why."""
    customer = contact.leg(Role.CUSTOMER)
    if ask != contact.key or customer is None or customer.state is not LegState.DIALING:
        return False
    _not_dialled(step, contact, code, at)
    return True


def _not_dialled(step: Step, contact: Contact, code: str, at: int) -> None:
    for leg in contact.legs:
        step.ask(EndLeg(step.new_id(), contact.key, leg.id))
    wrap_up.finish(step, contact, "failed", at)
    step.problem(step.newest(contact), code, "dial")


def unanswered(step: Step, contact: Contact) -> None:
    """It rang for as long as is configured: the switch is asked to give up, at the agent's own phone or the far end."""
    customer, mine = contact.leg(Role.CUSTOMER), contact.leg(Role.AGENT)
    assert customer is not None and mine is not None
    if mine.state is LegState.RINGING:
        _not_dialled(step, contact, "lift_phone", step.now)
        return
    ask_id = step.new_id()
    step.asked(contact, "end", ask_id)
    step.ask(EndLeg(ask_id, contact.key, customer.id, "no_answer"))


def asks_again(contact: Contact, directory: Directory) -> list[AskSwitch]:
    """A call that the switch may not have been asked to place is asked for again: its legs are named by us."""
    customer = contact.leg(Role.CUSTOMER)
    if customer is None or customer.state is not LegState.DIALING or any(ask.goal == "end" for ask in contact.asked):
        return []
    return [AskSwitch(_place_call(contact, directory))]
