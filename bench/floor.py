"""A floor of N agents, each in a live call with a person that was found: what the servers under test hold."""

import time

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from connector.domain.directory import Directory, Disposition, Profile, Skill, Tag
from connector.domain.model import (
    Agent,
    AgentState,
    Contact,
    Draft,
    Field,
    Kind,
    Leg,
    LegState,
    Link,
    Match,
    MatchState,
    Phase,
    Record,
    Role,
)
from connector.ports.switch import LegNow, Snapshot

START = 1_795_435_200_000
"""When all calls were answered."""

ORG = "00D000000000001AAA"
ISSUER = "https://bench.invalid"
ORIGIN = "https://lightning.invalid"


def agent_id(n: int) -> str:
    """The Salesforce user id of the n-th agent."""
    return f"005{n:012d}AAA"


def customer_leg(n: int) -> str:
    """The channel of the n-th agent's customer."""
    return f"{START // 1000}.{2 * n}"


def agent_leg(n: int) -> str:
    """The channel of the n-th agent."""
    return f"{START // 1000}.{2 * n + 1}"


def directory(agents: int) -> Directory:
    """One skill that all have, one more for every second of them."""
    skills = [{"support": 8}, {"support": 5, "billing": 7}]
    profiles = {
        agent_id(n): Profile(agent_id(n), f"Agent {n}", f"{20_000 + n}", skills=skills[n % 2]) for n in range(agents)
    }
    return Directory(
        version=1,
        agents=profiles,
        skills={
            "support": Skill("support", "Support EN", ("+14155550100",), True, "+14155550100"),
            "billing": Skill("billing", "Billing", ("+14155550101",), False, "", disposition_required=True),
        },
        dispositions=tuple(map(Disposition, ("Answered", "Resolved", "Escalated", "Left Voicemail", "Wrong Number"))),
        tags=tuple(map(Tag, ("Refund", "Follow-up", "Complaint", "VIP", "Invoice"))),
    )


def contact(n: int) -> Contact:
    """The n-th agent's call: answered, the caller found, a sentence written."""
    key = f"019abcde-0000-7000-8000-{n:012x}"
    person = Record(f"003{n:012d}AAA", "Contact", f"Mia Chen {n}", "Northwind Traders", "matched_phone")
    related = (
        Record(f"500{n:012d}AAA", "Case", "00001026", "Charged twice", "account_of"),
        Record(f"001{n:012d}AAA", "Account", "Northwind Traders", "", "account_of"),
    )
    return Contact(
        key=key,
        interaction_key=key,
        kind=Kind.INBOUND,
        phase=Phase.ACTIVE,
        number=f"+1415555{n % 10_000:04d}",
        line="+14155550100",
        skill="support",
        started=START - 9_000,
        match=Match(MatchState.ONE, (person,), related),
        agent=agent_id(n),
        legs=(
            Leg(customer_leg(n), Role.CUSTOMER, LegState.CONNECTED, START),
            Leg(agent_leg(n), Role.AGENT, LegState.CONNECTED, START),
        ),
        offered=START - 4_000,
        answered=START,
        popped=True,
        draft=Draft(comments=Field("Invoice 20931 was charged twice.", 7), who=Link(person, 1, "match")),
    )


def agent(n: int) -> Agent:
    """The n-th agent, in that call."""
    before = (AgentState.AVAILABLE, "")
    key = contact(n).key
    return Agent(agent_id(n), AgentState.WORKING, "", START, before, phone_ready=True, contacts=(key,))


def snapshot(agents: int) -> Snapshot:
    """What a switch with those calls says."""
    legs = tuple(
        LegNow(leg.id, call.key, leg.role, leg.state, call.number, call.line, leg.since)
        for call in map(contact, range(agents))
        for leg in call.legs
    )
    return Snapshot(legs, {}, {str(20_000 + n): True for n in range(agents)})


class Tokens:
    """Signs session tokens as an org does; `public` is the PEM that they are verified with."""

    def __init__(self) -> None:
        self._key = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
        self.public = self._key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def of(self, n: int, use: int) -> str:
        """A token of the n-th agent; each `use` needs its own."""
        now = int(time.time())
        claims = {"iss": ISSUER, "aud": "phone-panel", "sub": agent_id(n), "org": ORG, "iat": now, "exp": now + 600}
        return jwt.encode({**claims, "jti": f"{n}-{use}"}, self._key, algorithm="RS256")
