"""How long a sign-in lasts: sockets renew theirs, and no token counts twice, not even after a restart."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from connector.api.auth import LEEWAY, SignIn
from connector.api.socket_session import ASKED_AHEAD, LASTS
from connector.api.tickets import LASTS as TICKET_LASTS
from connector.api.tickets import MOST, Tickets
from connector.errors import SignInRefused, StoreError
from connector.store.sqlite import SqliteStore
from tests.api.rig import Edge
from tests.api.tokens import NOW, issuer, key, token
from tests.domain.stage import DIRECTORY, JONAS, SAM, START


def fresh(edge: Edge, agent: str = SAM, **claims: Any) -> str:
    now = edge.clock.now() // 1000
    return token(agent, **{"iat": now, "exp": now + 120, **claims})


async def test_a_fresh_token_is_asked_for_before_the_session_ends(edge: Edge) -> None:
    async with edge.panel() as panel:
        edge.clock.advance(LASTS - ASKED_AHEAD - 1)
        assert await panel.so_far() == []
        edge.clock.advance(1)
        await panel.until("token_wanted")
        await panel.say("renew", token=fresh(edge))
        assert await panel.so_far() == []
        edge.clock.advance(LASTS - 1)
        assert [message["type"] for message in await panel.so_far()] == ["token_wanted"]
        assert edge.hub.count() == 1


async def test_without_one_the_socket_is_closed_when_the_session_ends(edge: Edge) -> None:
    contact = await edge.talking()
    async with edge.panel() as panel:
        edge.clock.advance(LASTS)
        assert await panel.turned_away() == "session_over"
    assert contact in edge.runner.floor.contacts, "the call goes on"


async def test_who_comes_back_with_a_fresh_token_finds_everything(edge: Edge) -> None:
    contact = await edge.talking()
    async with edge.panel() as panel:
        edge.clock.advance(LASTS)
        await panel.turned_away()
    async with edge.panel(token=fresh(edge)) as panel:
        assert [shown["key"] for shown in panel.heard[-1]["contacts"]] == [contact]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("nonsense", "token_malformed"),
        (token(JONAS), "another_agent"),
        (token(signed_by=key("theirs")), "token_wrong"),
        (token(exp=NOW - LEEWAY), "token_expired"),
        (token(org="00D000000000002EAA"), "token_foreign"),
        ("ticket.never-given", "token_used"),
    ],
)
async def test_a_renewal_that_is_refused_is_told_and_changes_nothing(edge: Edge, text: str, code: str) -> None:
    async with edge.panel() as panel:
        await panel.say("renew", token=text)
        failure = await panel.until("error")
        assert (failure["error"], failure.get("final", False)) == (code, False)
        assert (await panel.order("set_state", state="AVAILABLE")).get("error") is None
        edge.clock.advance(LASTS)
        assert await panel.turned_away() == "session_over"


async def test_the_token_of_the_hello_does_not_renew(edge: Edge) -> None:
    hello = edge.hello()
    async with edge.panel(**hello) as panel:
        await panel.say("renew", token=hello["token"])
        assert (await panel.until("error"))["error"] == "token_used"


async def test_who_is_no_agent_any_more_is_not_renewed(edge: Edge) -> None:
    await edge.talking()
    async with edge.panel() as panel:
        others = {who: profile for who, profile in DIRECTORY.agents.items() if who != SAM}
        edge.runner.set_directory(type(DIRECTORY)(agents=others))
        await panel.say("renew", token=fresh(edge))
        assert (await panel.until("error"))["error"] == "not_an_agent"


async def test_a_socket_that_is_gone_is_asked_nothing(edge: Edge) -> None:
    async with edge.panel():
        pass
    async with edge.panel():  # the first one's end was dealt with by now
        assert edge.hub.count() == 1
    edge.clock.advance(2 * LASTS)
    assert edge.sockets._ending == set()


# --- across a restart ------------------------------------------------------------------------------------------------


class Life:
    """One run of a connector, as far as sign-in goes."""

    def __init__(self, path: Path) -> None:
        self.ms = START
        self.store = SqliteStore(path, lambda: self.ms)
        self.sign_in = SignIn([issuer()], lambda: self.ms, kept=self.store.use_token)

    async def __aenter__(self) -> "Life":
        await self.store.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.store.close()

    async def refusal(self, text: str) -> str:
        with pytest.raises(SignInRefused) as refused:
            await self.sign_in.admit(text)
        return refused.value.code


async def test_a_token_is_good_once_also_after_a_restart(tmp_path: Path) -> None:
    used, unused, refused = token(), token(), token(exp=NOW + 120, org="00D000000000002EAA")
    async with Life(tmp_path / "store.db") as first:
        assert (await first.sign_in.admit(used)).agent == SAM
        assert await first.refusal(used) == "token_used"
        assert await first.refusal(refused) == "token_foreign"
    async with Life(tmp_path / "store.db") as second:
        assert await second.refusal(used) == "token_used"
        assert (await second.sign_in.admit(unused)).agent == SAM


async def test_of_two_at_once_one_is_let_in(tmp_path: Path) -> None:
    async with Life(tmp_path / "store.db") as life:
        text = token()
        both = await asyncio.gather(life.sign_in.admit(text), life.sign_in.admit(text), return_exceptions=True)
        assert sorted(type(one).__name__ for one in both) == ["Session", "SignInRefused"]


async def test_used_tokens_leave_the_store_when_they_would_not_be_accepted_any_more(tmp_path: Path) -> None:
    async with Life(tmp_path / "store.db") as life:
        await life.sign_in.admit(token(exp=NOW + 120))
        until = (NOW + 120 + LEEWAY) * 1000
        await life.store.prune(until - 1)
        assert await kept(life) == 1
        await life.store.prune(until)
        assert await kept(life) == 0


async def kept(life: Life) -> int:
    count: int = await life.store._ask(lambda db: db.execute("SELECT count(*) FROM used_token").fetchone()[0])
    return count


async def test_a_store_that_fails_keeps_nobody_out() -> None:
    async def broken(_token: str, _until: int) -> bool:
        raise StoreError("disk full")

    sign_in = SignIn([issuer()], lambda: START, kept=broken)
    text = token()
    assert (await sign_in.admit(text)).agent == SAM
    with pytest.raises(SignInRefused) as refused:
        await sign_in.admit(text)
    assert refused.value.code == "token_used", "this run remembers by itself"


# --- tickets ---------------------------------------------------------------------------------------------------------


async def test_a_ticket_opens_one_socket(edge: Edge) -> None:
    ticket = edge.sockets._sign_in.tickets.give(JONAS)
    async with edge.panel(token=ticket) as panel:
        assert panel.heard[-1]["agent"]["id"] == JONAS
    async with edge.socket() as panel:
        await panel.say("hello", **{**edge.hello(), "token": ticket})
        assert await panel.turned_away() == "token_used"


def test_a_ticket_is_good_for_a_minute() -> None:
    now = START
    tickets = Tickets(lambda: now)
    early, late = tickets.give(SAM), tickets.give(SAM)
    now += TICKET_LASTS - 1
    assert tickets.use(early) == SAM
    now += 1
    assert tickets.use(late) is None


def test_tickets_that_are_not_used_do_not_pile_up() -> None:
    now = START
    tickets = Tickets(lambda: now)
    first, second = tickets.give(SAM), tickets.give(SAM)
    for _ in range(MOST - 1):
        tickets.give(JONAS)
    assert len(tickets._given) == MOST
    assert tickets.use(first) is None
    assert tickets.use(second) == SAM
    now += TICKET_LASTS
    tickets.give(SAM)
    assert len(tickets._given) == 1
