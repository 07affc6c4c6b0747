"""The live transcript: who has it, of what calls, whose words, and when nobody may listen."""

from msgspec import Struct

from connector.domain.directory import Directory
from connector.domain.model import SILENT, Contact, LegState, Mask, Phase, Role


class Speaker(Struct, frozen=True, gc=False):
    """A leg whose words are written down.  `side`: agent (the contact's own), customer, or party for anybody else.

    `name` is a party's; the panel itself knows what the other two are called.
    """

    leg: str
    side: str
    name: str = ""


class Listening(Struct, frozen=True, gc=False):
    """What may be heard of a contact.  `pause`: hold or mask while nothing may, or ""; `language` is the skill's."""

    agent: str
    language: str
    pause: str
    speakers: tuple[Speaker, ...]


def has_transcript(directory: Directory, agent: str) -> bool:
    """Whether the administrator has switched it on, and given it to this agent."""
    profile = directory.agents.get(agent)
    return profile is not None and profile.transcript and bool(directory.settings.transcript)


def listening(contact: Contact, directory: Directory) -> Listening | None:
    """What may be heard of this contact, or None for one that has no transcript.

    It begins when the call is answered and ends with it.  Emergency calls have none, nor has what a colleague is asked
    in private.
    """
    agent = contact.agent
    if agent is None or contact.phase is not Phase.ACTIVE or contact.answered is None or contact.kind in SILENT:
        return None
    if contact.emergency or contact.asked_by or not has_transcript(directory, agent):
        return None
    pause = _pause(contact)
    speakers = () if pause else tuple(_speakers(contact, directory))
    return Listening(agent, directory.skill(contact.skill).language, pause, speakers)


def _pause(contact: Contact) -> str:
    """An order to hold or mask counts from when it is given, one to resume or unmask only when it is fulfilled.

    A mask that has failed is one all the same here: the agent does not want to be heard.
    """
    goals = {ask.goal for ask in contact.asked}
    if contact.mask is not Mask.OFF or "mask" in goals:
        return "mask"
    return "hold" if not contact.in_ear or goals & {"hold", "talk", "step_out"} else ""


def _speakers(contact: Contact, directory: Directory) -> list[Speaker]:
    wanted = directory.settings.transcript
    found = []
    for leg in contact.joined:
        side = {Role.AGENT: "agent", Role.CUSTOMER: "customer"}.get(leg.role, "party")
        mine = side == "agent"
        if leg.state is LegState.CONNECTED and wanted in ("both", "agent" if mine else "customer"):
            name = leg.name or (directory.profile(leg.agent).name if leg.agent else leg.number)
            found.append(Speaker(leg.id, side, name if side == "party" else ""))
    return found
