"""The console's HTTP side: the page, the signed-in user, and the narrow API in the org's own words."""

from __future__ import annotations

import asyncio
import json
import re
import socket
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import aiohttp
import jwt
import pytest
from aiohttp import web

from connector.sandbox.console.server import Console, start_console
from connector.sandbox.org.server import Org
from connector.service.alarm_channels import Mail, MailServer
from connector.service.alarms import Alarm
from tests.sandbox.console.doubles import MIA, MIA_PHONE, Simulated, served

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]


async def get(http: aiohttp.ClientSession, path: str, status: int = 200) -> Any:
    async with http.get(path) as response:
        assert response.status == status, await response.text()
        return await response.json()


async def send(http: aiohttp.ClientSession, method: str, path: str, body: object, status: int = 200) -> Any:
    async with http.request(method, path, json=body) as response:
        assert response.status == status, await response.text()
        return await response.json()


async def boot(http: aiohttp.ClientSession, path: str = "/lightning/o/Contact/list") -> dict[str, Any]:
    """What the page's script starts with."""
    async with http.get(path) as response:
        assert response.status == 200
        found = re.search(r'<script type="application/json" id="boot">(.*?)</script>', await response.text())
    assert found
    started: dict[str, Any] = json.loads(found[1])
    return started


async def id_of(http: aiohttp.ClientSession, type_: str, name: str) -> str:
    table = await get(http, f"/api/objects/{type_}")
    [found] = [str(line["id"]) for line in table["lines"] if line["name"] == name]
    return found


def cell(cells: list[dict[str, Any]], name: str) -> dict[str, Any]:
    return next(item for item in cells if item["name"] == name)


async def test_the_page_allows_its_own_scripts_and_the_panels_frame_only(
    http: aiohttp.ClientSession, panel_url: str
) -> None:
    async with http.get("/") as response:
        assert response.status == 200
        assert response.url.path == "/lightning/o/Contact/list"
        policy = response.headers["Content-Security-Policy"]
        html = await response.text()
    assert "script-src 'self';" in policy
    assert f"frame-src {panel_url.removesuffix('/panel')};" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert html.startswith("<!DOCTYPE html>")
    assert not re.search(r"<[^>]+\son\w+=", html), "no inline event handlers"


async def test_each_browser_context_keeps_its_own_user(http: aiohttp.ClientSession, console: Console) -> None:
    async with aiohttp.ClientSession(console.url) as other:
        assert (await boot(other, "/?user=jonas"))["user"]["name"] == "Jonas Weber"
        assert (await boot(http))["user"]["name"] == "Sam Rivera"
        assert (await boot(other))["user"]["name"] == "Jonas Weber"


async def test_an_unknown_user_is_refused_with_the_choices(http: aiohttp.ClientSession) -> None:
    answer = await get(http, "/?user=nobody", 400)
    assert "choose one of: sam, jonas, priya" in answer["errors"][0]["message"]


async def test_a_record_page_has_highlights_details_and_related_lists(http: aiohttp.ClientSession) -> None:
    page = await get(http, f"/api/records/{await id_of(http, 'Contact', MIA)}")
    assert (page["name"], page["label"], page["icon"]) == (MIA, "Contact", "contact")
    assert cell(page["highlights"], "Phone")["value"] == MIA_PHONE
    assert cell(page["highlights"], "AccountId")["ref"]["name"] == "Northwind Traders"
    assert cell(page["details"], "MailingAddress")["value"] == "400 Howard St\nSan Francisco, CA 94105"
    assert {table["type"] for table in page["related"]} == {"Case", "Opportunity"}
    assert page["view"] == {
        "recordId": page["id"], "recordName": MIA, "objectType": "Contact", "personAccount": False,
    }  # fmt: skip


async def test_a_person_account_and_its_contact_tell_of_each_other(http: aiohttp.ClientSession, org: Org) -> None:
    schema = org.context.schema["Account"]
    accounts = [line["id"] for line in (await get(http, "/api/objects/Account"))["lines"]]
    [account, *_] = [one for one in accounts if (org.context.database.read(schema, one) or {})["IsPersonAccount"]]
    page = await get(http, f"/api/records/{account}")
    contact = await get(http, f"/api/records/{page['view']['contactId']}")
    assert page["icon"] == "person_account"
    assert page["view"]["personAccount"] is True
    assert contact["view"]["accountId"] == account
    assert contact["view"]["personAccount"] is True


async def test_every_field_of_a_task_is_on_its_page(http: aiohttp.ClientSession, org: Org) -> None:
    task = (await get(http, "/api/objects/Task"))["lines"][0]
    page = await get(http, f"/api/records/{task['id']}")
    assert {item["name"] for item in page["details"]} == set(org.context.schema["Task"].fields)


async def test_the_activity_of_a_person_is_their_tasks_newest_first(http: aiohttp.ClientSession) -> None:
    mia = await id_of(http, "Contact", MIA)
    made = await send(
        http, "POST", "/api/objects/Task",
        {"fields": {"Subject": "Call back", "WhoId": mia, "TaskSubtype": "Call", "CallDurationInSeconds": 61}}, 201,
    )  # fmt: skip
    lines = (await get(http, f"/api/records/{mia}/activity"))["lines"]
    assert made["id"] in {line["id"] for line in lines}
    assert {cell(line["cells"], "WhoId")["value"] for line in lines} == {mia}
    moments = [cell(line["cells"], "CreatedDate")["value"] for line in lines]
    assert moments == sorted(moments, reverse=True)


async def test_the_list_of_mine_holds_nobody_elses_records(http: aiohttp.ClientSession) -> None:
    everything = await get(http, "/api/objects/Contact")
    mine = await get(http, "/api/objects/Contact?view=mine")
    owners = {cell(line["cells"], "OwnerId")["ref"]["name"] for line in mine["lines"]}
    assert owners == {"Sam Rivera"}
    assert 0 < len(mine["lines"]) < len(everything["lines"])


async def test_a_match_of_a_person_account_is_one_row_that_names_its_contact(
    http: aiohttp.ClientSession, org: Org
) -> None:
    schema = org.context.schema["Account"]
    accounts = [line["id"] for line in (await get(http, "/api/objects/Account"))["lines"]]
    [row, *_] = [row for one in accounts if (row := org.context.database.read(schema, one) or {})["IsPersonAccount"]]
    async with http.get("/api/matches", params={"q": str(row["Name"])}) as response:
        matches = await response.json()
    assert list(matches) == [row["Id"]]
    match = matches[row["Id"]]
    assert (match["RecordType"], match["Name"], match["IsPersonAccount"]) == ("Account", row["Name"], True)
    assert match["PersonContactId"] == row["PersonContactId"]


@pytest.mark.parametrize("text", ["Mia", "4155550143", "(415) 555-0143", "Northwind", "northw", "00001026"])
async def test_search_finds_people_numbers_accounts_and_cases(http: aiohttp.ClientSession, text: str) -> None:
    async with http.get("/api/search", params={"q": text}) as response:
        tables = await response.json()
    names = {line["name"] for table in tables for line in table["lines"]}
    assert names & {MIA, "Northwind Traders", "00001026"}


async def test_a_search_with_reserved_characters_is_a_search_and_not_a_query(http: aiohttp.ClientSession) -> None:
    async with http.get("/api/search", params={"q": "a} RETURNING User(Name) {'"}) as response:
        assert response.status == 200, await response.text()
        assert await response.json() == []


async def test_a_refusal_comes_in_the_orgs_own_words(http: aiohttp.ClientSession) -> None:
    account = await id_of(http, "Account", "Northwind Traders")
    answer = await send(http, "POST", "/api/objects/Task", {"fields": {"Subject": "x", "WhoId": account}}, 400)
    [error] = answer["errors"]
    assert error["code"] == "FIELD_INTEGRITY_EXCEPTION"
    assert error["fields"] == ["WhoId"]


async def test_an_update_changes_the_record_as_the_signed_in_user(http: aiohttp.ClientSession) -> None:
    await boot(http, "/?user=jonas")
    mia = await id_of(http, "Contact", MIA)
    await send(http, "PATCH", f"/api/records/{mia}", {"fields": {"Title": "Chief Financial Officer"}})
    page = await get(http, f"/api/records/{mia}")
    assert cell(page["details"], "Title")["value"] == "Chief Financial Officer"


async def test_an_expired_session_is_renewed_and_the_request_repeated(http: aiohttp.ClientSession, org: Org) -> None:
    await id_of(http, "Contact", MIA)
    async with aiohttp.ClientSession() as control:
        fault = [{"kind": "expired_session", "count": 1}]
        headers = {"X-Sandbox-Key": org.control_key}
        async with control.post(f"{org.url}/sandbox/faults", json=fault, headers=headers) as response:
            assert response.status == 200
    assert await id_of(http, "Contact", MIA)


async def test_an_org_that_is_gone_is_said_to_be_gone(http: aiohttp.ClientSession, org: Org) -> None:
    await get(http, "/api/objects/Contact")
    await org.close()
    answer = await get(http, "/api/objects/Contact", 502)
    assert answer["errors"][0]["code"] == "SERVER_ERROR"
    assert "did not answer" in answer["errors"][0]["message"]


async def test_apex_runs_for_the_signed_in_user(http: aiohttp.ClientSession, org: Org) -> None:
    user = (await boot(http, "/?user=priya"))["user"]
    body = {"apexClass": "PhonePanelSession", "methodName": "token"}
    token = (await send(http, "POST", "/api/apex", body))["runApex"]
    claims = jwt.decode(token, org.signer.public_pem(), algorithms=["RS256"], audience="phone-panel")
    assert claims["sub"] == user["id"]


async def test_an_unknown_apex_class_is_refused_as_the_org_does(http: aiohttp.ClientSession) -> None:
    answer = await send(http, "POST", "/api/apex", {"apexClass": "Nope", "methodName": "token"}, 404)
    assert "Nope" in answer["errors"][0]["message"]


async def test_a_step_of_the_work_queue_is_done_with_its_task(http: aiohttp.ClientSession) -> None:
    queue = await get(http, "/api/work-queue")
    step = queue["steps"][0]
    task = (await get(http, "/api/objects/Task"))["lines"][0]["id"]
    done = {"disposition": "Answered", "taskId": task, "wasConnected": True}
    await send(http, "POST", f"/api/work-queue/{step['id']}", done)
    after = (await get(http, "/api/work-queue"))["steps"]
    [same] = [item for item in after if item["id"] == step["id"]]
    assert (same["state"], same["disposition"], same["taskId"], same["connected"]) == ("done", "Answered", task, True)
    assert after[-1] == same, "what is done comes last"


async def test_a_step_needs_a_task_and_must_be_a_step(http: aiohttp.ClientSession) -> None:
    step = (await get(http, "/api/work-queue"))["steps"][0]
    mia = await id_of(http, "Contact", MIA)
    done = {"disposition": "Answered", "taskId": mia, "wasConnected": True}
    answer = await send(http, "POST", f"/api/work-queue/{step['id']}", done, 400)
    assert answer["errors"][0]["message"].startswith("taskId")
    answer = await send(http, "POST", f"/api/work-queue/{mia}", done, 400)
    assert answer["errors"][0]["message"].startswith("workId")


async def test_a_simulated_call_goes_to_the_switch_with_the_control_key(
    http: aiohttp.ClientSession, simulated: Simulated, org: Org
) -> None:
    people = await get(http, "/api/callers")
    mia = next(person for person in people["callers"] if person["name"] == MIA)
    assert mia["number"] == "+14155550143"
    assert all(re.fullmatch(r"\+\d{7,15}", person["number"]) for person in people["callers"])
    assert {skill["key"] for skill in people["skills"]} == {"Support_EN", "Billing", "Sales"}
    call = {"from": mia["number"], "skill": "Support_EN", "talk": 30}
    await send(http, "POST", "/api/simulate", call, 202)
    assert simulated.calls == [call]
    assert simulated.keys == [org.control_key]
    simulated.answer = 404
    answer = await send(http, "POST", "/api/simulate", call, 400)
    assert "no such skill" in answer["errors"][0]["message"]


async def test_without_a_simulation_there_is_none(org: Org, panel_url: str) -> None:
    console = await start_console(org_url=org.url, control_key=org.control_key, panel_url=panel_url)
    try:
        async with aiohttp.ClientSession(console.url) as http:
            assert (await boot(http))["simulation"] is False
            call = {"from": "+14155550143", "skill": "Support_EN"}
            answer = await send(http, "POST", "/api/simulate", call, 400)
            assert "--simulate-url" in answer["errors"][0]["message"]
    finally:
        await console.close()


async def test_a_page_of_another_site_cannot_act_here(http: aiohttp.ClientSession) -> None:
    headers = {"Origin": "https://evil.example"}
    body = {"fields": {"LastName": "Jones"}}
    async with http.post("/api/objects/Contact", json=body, headers=headers) as response:
        assert response.status == 403


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/api/records/zz", "15 or 18 letters"),
        ("/api/records/ZZZ000000000001AAA", "no key prefix"),
        ("/api/records/003000000000009AAA", "does not exist"),
        ("/api/objects/Contact?view=yours", "'all' or 'mine'"),
        ("/api/objects/Contact/form?extra=Nope__c", "Nope__c is not a field of Contact"),
        ("/api/search?q=a", "at least 2 characters"),
        ("/api/matches?q=", "at least 2 characters"),
    ],
)
async def test_a_wrong_parameter_is_named(http: aiohttp.ClientSession, path: str, words: str) -> None:
    answer = await get(http, path, 400)
    assert words in answer["errors"][0]["message"]


async def test_the_script_is_served_for_every_version_under_both_names(http: aiohttp.ClientSession) -> None:
    texts = set()
    for path in ("63.0/lightning/opencti_min.js", "57.0/lightning/opencti.js"):
        async with http.get(f"/support/api/{path}") as response:
            assert response.status == 200
            assert response.content_type in ("text/javascript", "application/javascript")
            texts.add(await response.text())
    assert len(texts) == 1
    async with http.get("/support/api/63.0/lightning/interaction.js") as response:
        assert response.status == 404


@pytest.mark.parametrize("field", ["org_url", "panel_url"])
async def test_an_address_that_is_none_is_refused_by_name(field: str) -> None:
    given = {"org_url": "http://localhost:1", "panel_url": "http://localhost:2/panel", field: "localhost:8081"}
    with pytest.raises(ValueError, match=f"{field} must be an http"):
        await start_console(control_key="k", org_url=given["org_url"], panel_url=given["panel_url"])


async def test_a_taken_port_is_an_error(console: Console, panel_url: str) -> None:
    with pytest.raises(OSError, match="address already in use"):
        await start_console(org_url="http://localhost:1", control_key="k", panel_url=panel_url, port=console.port)


async def test_a_console_without_colleagues_has_none_to_ask(http: aiohttp.ClientSession) -> None:
    assert (await boot(http))["colleagues"] is False
    for refused in (
        await get(http, "/api/colleagues", 400),
        await send(http, "POST", "/api/colleagues", {"who": "jonas", "act": "call"}, 400),
    ):
        assert "start it with --colleagues" in refused["errors"][0]["message"]
    refused = await send(http, "POST", "/api/deliveries", {"what": "email"}, 400)
    assert "start it with --requests-url" in refused["errors"][0]["message"]


class Taker:
    """A connector's API; `answer` is its status."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str | None, dict[str, Any]]] = []
        self.answer = 201

    async def take(self, request: web.Request) -> web.Response:
        self.asked.append((request.path, request.headers.get("Authorization"), await request.json()))
        body = {"contact": "c-1"} if self.answer < 400 else {"code": "x", "field": "skill", "message": "none of ours"}
        return web.json_response(body, status=self.answer)


async def test_work_is_delivered_to_the_connector_sample_by_sample(org: Org, panel_url: str) -> None:
    taker = Taker()
    async with served(web.post("/api/{what}", taker.take)) as connector:
        console = await start_console(
            org_url=org.url, control_key=org.control_key, panel_url=panel_url,
            requests_url=connector, requests_key="ppk_x",
        )  # fmt: skip
        try:
            async with aiohttp.ClientSession(console.url) as http:
                assert (await boot(http))["deliveries"] is True
                for what in ("callback", "work_item", "work_item", "work_item", "email"):
                    told = await send(http, "POST", "/api/deliveries", {"what": what}, 202)
                assert told == {"skill": "Support_EN", "title": "Where is my order?"}
                taker.answer = 400
                refused = await send(http, "POST", "/api/deliveries", {"what": "email"}, 400)
                assert refused["errors"][0]["message"] == "The connector refused it: skill: none of ours"
                await send(http, "POST", "/api/deliveries", {"what": "fax"}, 400)
        finally:
            await console.close()
    callback, refund, address, again, email, _ = taker.asked
    assert callback[:2] == ("/api/callbacks", "Bearer ppk_x")
    assert (callback[2]["name"], callback[2]["skill"]) == ("Mia Chen", "Support_EN")
    assert (refund[0], refund[2]["kind"], refund[2]["record"]["name"]) == ("/api/work-items", "work_item", "00001026")
    assert re.fullmatch(r"500\w{15}", refund[2]["record"]["id"])
    assert "record" not in address[2]
    assert again[2] == refund[2], "after the last sample the first comes again"
    assert email[2]["kind"] == "email"


async def line(stream: aiohttp.StreamReader) -> bytes:
    """The next line of an event stream that says something."""
    while not (text := await asyncio.wait_for(stream.readline(), 10)).strip():
        pass
    return text


async def test_open_pages_are_told_of_alarms_by_webhook_and_by_mail(org: Org, panel_url: str) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    console = await start_console(org_url=org.url, control_key=org.control_key, panel_url=panel_url, mail_port=port)
    alarm = Alarm("c-1", "Sam Rivera", "911", "+14155550161", "", 1_795_636_800_000)
    async with aiohttp.ClientSession(console.url) as http, http.get("/api/stream") as page:
        assert await line(page.content) == b"event: here\n"
        assert await line(page.content) == b"data: {}\n"
        posted = {"type": "emergency_call", "name": "Sam Rivera", "number": "911", "address": "", "callback": "+1415"}
        await send(http, "POST", "/api/alarms", posted)
        assert await line(page.content) == b"event: news\n"
        told = b"Webhook: Sam Rivera calls 911 (no verified address); call back on +1415"
        assert told in await line(page.content)
        server = MailServer("127.0.0.1", port, "phone@acme.example", tls="none")
        with ThreadPoolExecutor(1) as threads:
            await Mail(server, "security@acme.example", threads).send(alarm)
        assert await line(page.content) == b"event: news\n"
        told = b"E-mail to security@acme.example: Emergency call: Sam Rivera calls 911"
        assert told in await line(page.content)
        await console.close()
        assert (await page.content.read()).strip() == b"", "the stream ends with the console"
