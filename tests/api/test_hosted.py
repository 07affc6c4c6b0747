"""Signing in at the connector itself: to Salesforce and back, who is let in, and where a browser can be sent."""

import base64
import json
import logging
import re
from collections.abc import AsyncIterator

import pytest
from msgspec.structs import replace

from connector.api.hosted import AT_MOST, COST_OF_A_TRY, LASTS, TRY_LASTS
from connector.api.tickets import MARK
from tests.api.openid_rig import CONTACT, Site, challenge, site_of
from tests.api.rig import Edge
from tests.domain.stage import DIRECTORY, JONAS, SAM, START

pytestmark = pytest.mark.slow

SUPERVISOR = "005000000000009AAA"
STRANGER = "005000000000008AAA"


@pytest.fixture
async def site(edge: Edge) -> AsyncIterator[Site]:
    async with site_of(edge) as made:
        yield made


async def told(answer: object) -> str:
    text = await answer.text()  # type: ignore[attr-defined]
    return str(re.search(r"Code: (\w+)", text)[1]) if "Code: " in text else ""  # type: ignore[index]


# --- there and back --------------------------------------------------------------------------------------------------


async def test_the_browser_goes_to_salesforce_and_comes_back_signed_in(site: Site) -> None:
    there = await site.start()
    assert there.headers["Location"].startswith(f"{site.provider.url}/authorize?")
    assert there.headers["Cache-Control"] == "no-store"
    cookie = there.headers["Set-Cookie"]
    for part in ("HttpOnly", "SameSite=Lax", "Path=/", f"Max-Age={TRY_LASTS // 1000}"):
        assert part in cookie
    site.provider.id_token = site.provider.token(site.way["nonce"])
    back = await site.come_back()
    assert (back.status, back.headers["Location"]) == (303, f"{site.url}/panel")
    mine, gone = back.headers.getall("Set-Cookie")
    assert re.match(r"phone_panel=[\w-]{43}; ", mine)
    for part in ("HttpOnly", "SameSite=Lax", "Path=/", f"Max-Age={LASTS // 1000}"):
        assert part in mine
    assert re.match(r'phone_panel_sign_in=""; .*Max-Age=0', gone)
    assert challenge(site.provider.form["code_verifier"]) == site.way["code_challenge"]
    assert site.provider.form["redirect_uri"] == f"{site.url}/sign-in/callback"


async def test_the_org_is_asked_about_somebody_who_is_no_agent_yet(site: Site) -> None:
    others = {who: profile for who, profile in DIRECTORY.agents.items() if who != SAM}
    site.edge.runner.set_directory(replace(DIRECTORY, agents=others))

    async def fresh() -> None:
        site.edge.runner.set_directory(DIRECTORY)

    site.hosted._fresh = fresh
    await site.start()
    site.provider.id_token = site.provider.token(site.way["nonce"])
    assert (await site.come_back()).status == 303


async def test_nothing_is_the_same_the_next_time(site: Site) -> None:
    seen: list[str] = []
    for _ in range(2):
        await site.start()
        seen += [site.way[name] for name in ("state", "nonce", "code_challenge")]
    assert len(set(seen)) == 6
    assert all(len(one) >= 43 for one in seen)


async def test_behind_tls_the_cookies_are_this_hosts_only(edge: Edge) -> None:
    async with site_of(edge, "https://phone.acme.example") as site:
        there = await site.start()
        cookie = there.headers["Set-Cookie"]
        assert cookie.startswith("__Host-phone_panel_sign_in=")
        assert "Secure" in cookie
        assert "Domain" not in cookie
        browser = cookie.partition(";")[0]
        site.provider.id_token = site.provider.token(site.way["nonce"])
        back = await site.ask(
            f"/sign-in/callback?code=c&state={site.way['state']}", Cookie=browser, Host="phone.acme.example"
        )
        assert back.headers["Location"] == "https://phone.acme.example/panel"
        assert back.headers.getall("Set-Cookie")[0].startswith("__Host-phone_panel=")
        assert all("Secure" in one for one in back.headers.getall("Set-Cookie"))


async def test_a_ticket_of_the_session_opens_the_socket(site: Site) -> None:
    await site.sign_in(JONAS)
    answer = await site.ticket()
    ticket = await answer.text()
    assert answer.status == 200
    assert ticket.startswith(MARK)
    assert answer.headers["Cache-Control"] == "no-store"
    async with site.edge.panel(token=ticket) as panel:
        assert panel.heard[-1]["agent"]["id"] == JONAS


async def test_who_has_signed_in_acts_for_themselves_only(site: Site) -> None:
    contact = await site.edge.talking()
    await site.sign_in(JONAS)
    async with site.edge.panel(token=await (await site.ticket()).text()) as panel:
        assert panel.heard[-1]["contacts"] == []
        for order in ("hold", "end", "mute"):
            assert (await panel.order(order, contact=contact))["error"] == "no_such_contact"
        await panel.draft(contact, "comments", 1, text="not mine")
        assert (await panel.until("draft_refused"))["error"] == "no_such_contact"
    assert site.edge.contact(contact).agent == SAM


async def test_only_supervisors_hear_what_is_not_theirs(site: Site) -> None:
    boss = replace(DIRECTORY.agents[JONAS], id=SUPERVISOR, name="Boss", supervisor=True)
    site.edge.runner.set_directory(replace(DIRECTORY, agents={**DIRECTORY.agents, SUPERVISOR: boss}))
    site.edge.disk.heard[CONTACT] = SAM
    seen: dict[str, int] = {}
    for agent in (SAM, SUPERVISOR, JONAS):
        await site.sign_in(agent)
        seen[agent] = (await site.ask(f"/recordings/{CONTACT}")).status
    assert seen == {SAM: 200, SUPERVISOR: 200, JONAS: 404}


# --- who is not let in -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "words"), [("en", "not an agent of the phone"), ("nl", "geen agent van de")])
async def test_who_is_no_agent_is_told_so(site: Site, language: str, words: str) -> None:
    await site.start()
    who = f"{site.provider.url}/id/00D000000000001EAA/{STRANGER}"
    site.provider.id_token = site.provider.token(site.way["nonce"], sub=who)
    site.browser.headers["Accept-Language"] = language
    answer = await site.come_back()
    text = await answer.text()
    assert answer.status == 403
    assert words in text
    assert "Phone Panel Agent" in text
    assert "phone_panel=" not in str(answer.headers.getall("Set-Cookie"))
    assert (await site.ticket()).status == 401


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"signed_by": "theirs", "kid": "one"}, "token_wrong"),
        ({"aud": "somebody-else"}, "token_wrong"),
        ({"exp": 1}, "token_expired"),
        ({"sub": f"https://x/id/00D000000000002EAA/{SAM}"}, "token_foreign"),
    ],
)
async def test_a_bad_id_token_opens_nothing(
    site: Site, changes: dict[str, object], code: str, caplog: pytest.LogCaptureFixture
) -> None:
    await site.start()
    site.provider.id_token = site.provider.token(site.way["nonce"], **changes)  # type: ignore[arg-type]
    answer = await site.come_back()
    assert (answer.status, await told(answer)) == (401, code)
    assert (await site.ticket()).status == 401
    assert [record.code for record in caplog.records if hasattr(record, "code")] == [code]


async def test_an_id_token_of_another_sign_in_is_refused(site: Site) -> None:
    await site.start()
    stolen = site.provider.token(site.way["nonce"])
    await site.start()
    site.provider.id_token = stolen
    assert await told(await site.come_back()) == "token_used"


async def test_who_says_no_at_salesforce_is_told_what_that_means(site: Site) -> None:
    await site.start()
    answer = await site.come_back(error="access_denied", error_description="end-user+denied")
    assert (answer.status, await told(answer)) == (401, "sign_in_denied")
    await site.start()
    assert await told(await site.come_back(error="server_error")) == "sign_in_refused"
    assert site.provider.asked == ["discovery"]


async def test_when_salesforce_is_away(site: Site) -> None:
    site.provider.document = {}
    answer = await site.start()
    assert (answer.status, await told(answer)) == (503, "sign_in_down")


async def test_each_code_costs_a_request_and_there_is_a_limit(site: Site) -> None:
    await site.start()
    site.provider.answer = (400, '{"error": "invalid_grant"}')
    cookies = {"Cookie": f"phone_panel_sign_in={cookie(site, 'phone_panel_sign_in')}"}
    seen = []
    for _ in range(COST_OF_A_TRY[0] + 1):
        answer = await site.ask(f"/sign-in/callback?code=x&state={site.way['state']}", **cookies)
        seen.append(await told(answer))
    assert seen[:-1] == ["sign_in_refused"] * COST_OF_A_TRY[0]
    assert seen[-1] == "too_many_requests"


def cookie(site: Site, name: str) -> str:
    return next(morsel.value for morsel in site.browser.cookie_jar if morsel.key == name)


# --- the way back belongs to the browser -----------------------------------------------------------------------------


async def test_a_callback_that_was_not_begun_here_is_refused(site: Site) -> None:
    await site.start()
    state = site.way["state"]
    site.browser.cookie_jar.clear()
    assert await told(await site.come_back(state=state)) == "sign_in_stale"
    await site.start()
    assert await told(await site.come_back(state=state)) == "sign_in_stale", "that of another browser"
    assert "token" not in site.provider.asked


async def test_a_callback_counts_once(site: Site) -> None:
    await site.sign_in()
    assert await told(await site.come_back()) == "sign_in_stale"


async def test_a_callback_counts_for_ten_minutes(site: Site) -> None:
    await site.start()
    state, kept = site.way["state"], cookie(site, "phone_panel_sign_in")
    site.edge.clock.advance(TRY_LASTS)
    answer = await site.ask(f"/sign-in/callback?code=c&state={state}", Cookie=f"phone_panel_sign_in={kept}")
    assert await told(answer) == "sign_in_stale"


@pytest.mark.parametrize("state", ["", ".", "x", "x.y", "%C3%A9.%C3%A9", "a" * 3000])
async def test_a_state_that_is_none(site: Site, state: str) -> None:
    await site.start()
    assert await told(await site.come_back(state=state)) == "sign_in_stale"


async def test_a_state_that_was_changed(site: Site) -> None:
    await site.start("/panel")
    _, _, sign = site.way["state"].partition(".")
    evil = base64.urlsafe_b64encode(json.dumps({"to": "https://evil.example", "at": START}).encode()).decode()
    assert await told(await site.come_back(state=f"{evil.rstrip('=')}.{sign}")) == "sign_in_stale"


async def test_another_run_of_the_connector_knows_nothing_of_it(edge: Edge) -> None:
    async with site_of(edge) as first:
        await first.start()
        state, kept = first.way["state"], cookie(first, "phone_panel_sign_in")
    async with site_of(edge) as second:
        answer = await second.ask(f"/sign-in/callback?code=c&state={state}", Cookie=f"phone_panel_sign_in={kept}")
        assert await told(answer) == "sign_in_stale"


# --- where a browser is sent -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("to", ["/panel", "/recordings/01JD-call"])
async def test_it_comes_back_to_where_it_was_going(site: Site, to: str) -> None:
    assert (await site.sign_in(to=to)).headers["Location"] == site.url + to


@pytest.mark.parametrize(
    "to",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "/panel/../x",
        "/panel//evil.example",
        "/panel%0d%0aSet-Cookie:x=y",
        "/panel%0a",
        "/sign-out",
        "/recordings/../panel",
        "/recordings/x/1",
        "/recordings/",
        "javascript:alert(1)",
        "%2F%2Fevil.example",
        "panel",
        "",
    ],
)
async def test_it_is_sent_nowhere_else(site: Site, to: str) -> None:
    assert (await site.sign_in(to=to)).headers["Location"] == f"{site.url}/panel"


async def test_the_link_to_a_recording_leads_through_the_sign_in(site: Site) -> None:
    answer = await site.ask("/recordings/01JD-call")
    assert (answer.status, answer.headers["Location"]) == (303, f"{site.url}/sign-in?to=/recordings/01JD-call")
    assert (await site.ask("/recordings/01JD-call/1")).status == 401, "a sound is no page"
    assert (await site.sign_in(to="/recordings/01JD-call")).headers["Location"] == f"{site.url}/recordings/01JD-call"
    answer = await site.ask("/recordings/01JD-call")
    assert answer.status == 404, "signed in; there is none"


# --- the session -----------------------------------------------------------------------------------------------------


async def test_a_session_lasts_an_hour_from_its_last_ticket_and_half_a_day_at_most(site: Site) -> None:
    await site.sign_in()
    secret = f"phone_panel={cookie(site, 'phone_panel')}"
    passed = 0
    while passed < AT_MOST - LASTS:
        site.edge.clock.advance(LASTS - 1)
        passed += LASTS - 1
        answer = await site.ticket(Cookie=secret)
        assert answer.status == 200
        assert f"Max-Age={LASTS // 1000}" in answer.headers["Set-Cookie"]
    site.edge.clock.advance(AT_MOST - passed - 1)
    assert (await site.ticket(Cookie=secret)).status == 200
    site.edge.clock.advance(1)
    answer = await site.ticket(Cookie=secret)
    assert (answer.status, await answer.text()) == (401, "session_over")


async def test_a_session_that_is_not_used_ends_in_an_hour(site: Site) -> None:
    await site.sign_in()
    secret = f"phone_panel={cookie(site, 'phone_panel')}"
    site.edge.clock.advance(LASTS)
    assert (await site.ticket(Cookie=secret)).status == 401


async def test_who_is_no_agent_any_more_has_no_session(site: Site) -> None:
    await site.sign_in(SAM)
    others = {who: profile for who, profile in DIRECTORY.agents.items() if who != SAM}
    site.edge.runner.set_directory(replace(DIRECTORY, agents=others))
    assert (await site.ticket()).status == 401


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "", "https://acme.lightning.force.com"])
async def test_no_other_page_gets_a_ticket_or_signs_anybody_out(site: Site, origin: str) -> None:
    await site.sign_in()
    assert (await site.ticket(Origin=origin)).status == 403
    assert (await site.ask("/sign-out", "POST", Origin=origin)).status == 403
    assert (await site.ticket()).status == 200


async def test_a_cookie_that_was_made_up_is_nobodys(site: Site) -> None:
    for secret in ("", "x", "a" * 43, MARK):
        assert (await site.ticket(Cookie=f"phone_panel={secret}")).status == 401


async def test_signing_in_again_ends_the_session_before(site: Site) -> None:
    await site.sign_in()
    before = f"phone_panel={cookie(site, 'phone_panel')}"
    await site.sign_in(JONAS)
    assert (await site.ticket()).status == 200
    site.browser.cookie_jar.clear()
    assert (await site.ticket(Cookie=before)).status == 401


async def test_signing_out(site: Site) -> None:
    await site.sign_in()
    secret = f"phone_panel={cookie(site, 'phone_panel')}"
    page = await (await site.ask("/sign-out")).text()
    assert '<form method="post" action="/sign-out">' in page
    answer = await site.ask("/sign-out", "POST", Origin=site.url)
    assert answer.status == 200
    assert "signed out" in await answer.text()
    assert "Max-Age=0" in answer.headers["Set-Cookie"]
    assert (await site.ticket(Cookie=secret)).status == 401
    assert "<form" not in await (await site.ask("/sign-out")).text()


async def test_nothing_secret_is_logged(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await site.sign_in()
    ticket = await (await site.ticket()).text()
    await site.start()
    site.provider.id_token = site.provider.token(site.way["nonce"], exp=1)
    await site.come_back(code="secret-code")
    ours = [record for record in caplog.records if record.name.startswith("connector.")]
    said = " ".join(f"{record.getMessage()} {vars(record)}" for record in ours)
    assert "signed in with Salesforce" in said
    for secret in (ticket, site.provider.id_token, "secret-code", cookie(site, "phone_panel"), site.way["state"]):
        assert secret not in said
    assert site.provider.form["code_verifier"] not in said
