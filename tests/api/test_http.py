"""The HTTP side: the page and its policy, the built files, and what a monitor asks."""

import json
import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import BaseTestServer, TestServer
from msgspec.structs import replace
from prometheus_client.parser import text_string_to_metric_families

from connector.api import http
from connector.api.http import OPEN_CTI_VERSION, Health, PanelPage, build_app
from connector.api.keys import ApiKeys
from connector.api.metrics import Metrics, Reading
from connector.api.work import WorkApi
from connector.errors import ConfigError
from connector.ports.crm import Budget, BudgetMode
from connector.ports.store import OutboxCount
from connector.service.proving import Outcome
from tests.api.rig import ORIGIN, Edge
from tests.domain.stage import JONAS, SAM

ROOT = Path(__file__).resolve().parents[2]
OTHER = "https://acme--test.sandbox.lightning.force.com"
FILES = {"panel.js": "panel.0123abcd.js", "panel.css": "panel.4567cdef.css"}


@pytest.fixture
def static(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A panel that was built, whatever the state of this clone."""
    folder = tmp_path / "static"
    folder.mkdir()
    for name in FILES.values():
        (folder / name).write_text(f"/* {name} */")
    (folder / "manifest.json").write_text(json.dumps(FILES))
    (folder / "notes.txt").write_text("not for everybody")
    monkeypatch.setattr(http, "STATIC", folder)
    return folder


class Site:
    """The web application, served."""

    def __init__(self, edge: Edge, server: BaseTestServer, client: ClientSession) -> None:
        self.edge = edge
        self.server = server
        self.client = client
        self.missing: tuple[str, ...] = ()
        self.reading = Reading(0, 0, 0, OutboxCount(0, 0, 0, None), 0, 0, {}, None, edge.clock.now())

    async def get(self, path: str, **headers: str) -> tuple[int, str, Any]:
        """Status, text and headers."""
        async with self.client.get(self.server.make_url(path), headers=headers) as answer:
            return answer.status, await answer.text(), answer.headers


@pytest.fixture
async def site(edge: Edge, static: Path) -> AsyncIterator[Site]:
    made: list[Site] = []

    async def metrics() -> bytes:
        return Metrics(edge.runner, lambda: made[0].reading).text()

    page = PanelPage(frozenset({ORIGIN, OTHER}))
    work = WorkApi(runner=edge.runner, store=edge.disk, keys=ApiKeys({}), clock=edge.clock)  # type: ignore[arg-type]  # no more of it is used
    app = build_app(page=page, sockets=edge.sockets, work=work, ready=lambda: Health(made[0].missing), metrics=metrics)
    async with TestServer(app) as server, ClientSession() as client:
        made.append(Site(edge, server, client))
        yield made[0]


# --- the page --------------------------------------------------------------------------------------------------------


def directives(policy: str) -> dict[str, list[str]]:
    return {words[0]: words[1:] for part in policy.split(";") if (words := part.split())}


async def test_the_page_loads_the_built_files_and_knows_its_socket(site: Site) -> None:
    status, text, headers = await site.get("/panel?mode=Lightning&sfdcIframeOrigin=https%3A%2F%2Fevil.example")
    assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert f'src="/panel/static/{FILES["panel.js"]}"' in text
    assert f'href="/panel/static/{FILES["panel.css"]}"' in text
    found = re.search(r'<script type="application/json" id="phone-panel-config">(.*?)</script>', text, re.DOTALL)
    assert found
    assert json.loads(found[1]) == {
        "socket": f"ws://{site.server.host}:{site.server.port}/panel/socket",
        "origins": sorted([ORIGIN, OTHER]),
        "openCtiVersion": OPEN_CTI_VERSION,
        "language": None,
    }
    assert "evil" not in text, "what a frame says of itself is no business of the page"


async def test_only_the_configured_origins_may_frame_it(site: Site) -> None:
    _, _, headers = await site.get("/panel")
    policy = directives(headers["Content-Security-Policy"])
    assert policy["frame-ancestors"] == sorted([ORIGIN, OTHER])
    assert policy["script-src"] == ["'self'", *sorted([ORIGIN, OTHER])]
    assert policy["connect-src"] == ["'self'", f"ws://{site.server.host}:{site.server.port}"]
    assert policy["default-src"] == ["'self'"]
    assert policy["object-src"] == policy["base-uri"] == policy["form-action"] == ["'none'"]
    assert "'unsafe-eval'" not in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-cache"
    assert headers["X-Content-Type-Options"] == "nosniff"


async def test_without_origins_nobody_may_frame_it(edge: Edge, static: Path) -> None:
    page = PanelPage(frozenset())
    policy = directives(page._headers("ws", "localhost")["Content-Security-Policy"])
    assert policy["frame-ancestors"] == ["'none'"]


async def test_behind_tls_the_socket_is_secure(site: Site) -> None:
    _, text, headers = await site.get("/panel", **{"X-Forwarded-Proto": "https", "Host": "phone.acme.example"})
    assert "wss://phone.acme.example/panel/socket" in text
    assert "wss://phone.acme.example" in directives(headers["Content-Security-Policy"])["connect-src"]


async def test_nothing_that_is_asked_gets_into_the_page_as_markup(site: Site) -> None:
    _, text, _ = await site.get("/panel?x=%3Cscript%3E", Host="</script><script>alert(1)")
    assert text.count("<script") == 2
    assert "alert(1)" not in text or "\\u003cscript" in text


async def test_a_panel_that_is_built_meanwhile_is_there_after_a_reload(site: Site, static: Path) -> None:
    (static / "panel.new.js").write_text("new")
    (static / "manifest.json").write_text(json.dumps({**FILES, "panel.js": "panel.new.js"}))
    assert "panel.new.js" in (await site.get("/panel"))[1]
    assert (await site.get("/panel/static/panel.new.js"))[:2] == (200, "new")


# --- files -----------------------------------------------------------------------------------------------------------


async def test_a_built_file_is_kept_for_ever(site: Site) -> None:
    status, text, headers = await site.get(f"/panel/static/{FILES['panel.js']}")
    assert (status, text) == (200, f"/* {FILES['panel.js']} */")
    assert headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "javascript" in headers["Content-Type"]


@pytest.mark.parametrize(
    "path",
    [
        "/panel/static/manifest.json",
        "/panel/static/notes.txt",
        "/panel/static/..%2F..%2Fconfig.py",
        "/panel/static/%2e%2e/manifest.json",
        "/panel/static/",
        "/panel/static/panel.js",
        "/",
        "/panel/",
        "/panel/socket/x",
    ],
)
async def test_nothing_else_is_served(site: Site, path: str) -> None:
    status, text, _ = await site.get(path)
    assert status == 404
    assert "not for everybody" not in text


async def test_the_socket_needs_to_be_one(site: Site) -> None:
    assert (await site.get("/panel/socket", Origin=ORIGIN))[0] == 400
    assert (await site.get("/panel/socket"))[0] == 403


@pytest.mark.parametrize("manifest", [None, "{"])
def test_a_panel_that_was_not_built_is_told_at_the_start(
    manifest: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "STATIC", tmp_path)
    if manifest is not None:
        (tmp_path / "manifest.json").write_text(manifest)
    with pytest.raises(ConfigError, match="make build"):
        PanelPage(frozenset())


def test_the_panel_of_this_clone_has_all_that_the_page_names(needs: Callable[[str], str]) -> None:
    manifest = Path(needs("panel"))
    names = json.loads(manifest.read_text(encoding="utf-8"))
    assert {"panel.js", "panel.css"} <= set(names)
    assert all((manifest.parent / name).exists() for name in names.values())


# --- monitors --------------------------------------------------------------------------------------------------------


async def test_healthz_says_that_the_process_lives(site: Site) -> None:
    site.missing = ("switch",)
    status, text, _ = await site.get("/healthz")
    assert (status, json.loads(text)) == (200, {"ok": True})


async def test_readyz_says_what_is_missing(site: Site) -> None:
    assert (await site.get("/readyz"))[:2] == (200, '{"ready": true, "missing": []}')
    site.missing = ("salesforce", "switch")
    status, text, _ = await site.get("/readyz")
    assert (status, json.loads(text)) == (503, {"ready": False, "missing": ["salesforce", "switch"]})


async def metrics(site: Site) -> dict[tuple[str, str], float]:
    """By name and the value of the only label."""
    status, text, headers = await site.get("/metrics")
    assert status == 200
    assert headers["Content-Type"].startswith("text/plain; version=0.0.4")
    found: dict[tuple[str, str], float] = {}
    for family in text_string_to_metric_families(text):
        assert family.documentation
        for sample in family.samples:
            at = (sample.name, next(iter(sample.labels.values()), ""))
            assert at not in found, f"{at} twice"
            found[at] = sample.value
    return found


async def test_metrics_of_an_empty_floor_are_all_there(site: Site) -> None:
    found = await metrics(site)
    assert {name for name, _ in found} >= {
        "phone_panel_switch_up",
        "phone_panel_contacts",
        "phone_panel_agents",
        "phone_panel_inputs_total",
        "phone_panel_commands_refused_total",
        "phone_panel_faults_total",
        "phone_panel_panels",
        "phone_panel_messages_sent_total",
        "phone_panel_outbox",
        "phone_panel_outbox_oldest_seconds",
    }
    assert found["phone_panel_switch_up", ""] == 1
    assert found["phone_panel_contacts", "ACTIVE"] == 0
    assert ("phone_panel_api_used", "") not in found, "not known before Salesforce was asked"


async def test_metrics_count_what_is_on_the_floor(site: Site) -> None:
    await site.edge.talking(SAM)
    site.edge.ring()
    async with site.edge.panel(JONAS) as panel:
        await panel.order("log_out")
        now = site.edge.clock.now()
        site.reading = Reading(
            2,
            30,
            1,
            OutboxCount(5, 2, 1, now - 20_000, 4, now - 90_000),
            7,
            3,
            {"email": (4, 3, 1)},
            Budget(900, 1_000, BudgetMode.RESERVE, now),
            now,
            batches={1: 3, 40: 2, 400: 1},
            requests={"save": 9, "ask": 4},
            configuration_lost=2,
            rest="daily_limit",
        )
        found = await metrics(site)
    assert found["phone_panel_contacts", "ACTIVE"] == 1
    assert found["phone_panel_contacts", "QUEUED"] == 1
    assert found["phone_panel_agents", "WORKING"] == 1
    assert found["phone_panel_commands_refused_total", ""] == 1
    assert found["phone_panel_alarms_told_total", "email"] == 4
    assert found["phone_panel_alarms_failed_total", "email"] == 3
    assert found["phone_panel_alarms_lost_total", "email"] == 1
    assert (found["phone_panel_panels", ""], found["phone_panel_messages_sent_total", ""]) == (2, 30)
    states = ("waiting", "later", "leased", "parked")
    assert [found["phone_panel_outbox", state] for state in states] == [1, 4, 2, 1]
    assert found["phone_panel_outbox_oldest_seconds", ""] == 90
    assert found["phone_panel_outbox_resting", "daily_limit"] == 1
    assert found["phone_panel_configuration_lost", ""] == 2
    said = ("used", "limit", "left", "read_seconds")
    assert [found[f"phone_panel_api_{name}", ""] for name in said] == [900, 1_000, 100, now / 1000]
    assert [found["phone_panel_api_mode", mode] for mode in BudgetMode] == [0, 1, 0]
    assert [found["phone_panel_api_requests_total", turn] for turn in ("save", "ask")] == [9, 4]
    buckets = [found["phone_panel_task_batch_rows_bucket", most] for most in ("1.0", "20.0", "50.0", "400.0", "+Inf")]
    assert buckets == [3, 3, 5, 6, 6]
    assert found["phone_panel_task_batch_rows_count", ""] == 6
    assert found["phone_panel_task_batch_rows_sum", ""] == 483


async def test_the_reference_has_every_metric_and_no_other(site: Site) -> None:
    now = site.edge.clock.now()
    budget, proof = Budget(1, 2, BudgetMode.NORMAL, now), Outcome(0, now, 1_500, {}, {})
    site.reading = replace(site.reading, budget=budget, proof=proof)
    _, text, _ = await site.get("/metrics")
    page = (ROOT / "docs" / "reference" / "metrics.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^\| `(phone_panel_\w+)", page, re.MULTILINE))
    assert documented == set(re.findall(r"^# HELP (\w+)", text, re.MULTILINE))


async def test_metrics_of_the_last_proof(site: Site) -> None:
    assert ("phone_panel_reconcile_gaps", "") not in await metrics(site), "there was none"
    counts, now = {"proven": 7, "edited": 1, "double": 2, "unproven": 3}, site.edge.clock.now()
    proof = Outcome(0, now, 1_500, counts, {"double": 1})
    site.reading = Reading(0, 0, 0, OutboxCount(0, 0, 0, None), 0, 0, {}, None, now, proof=proof, proofs_failed=2)
    found = await metrics(site)
    assert found["phone_panel_reconcile_contacts", "proven"] == 7
    assert found["phone_panel_reconcile_contacts", "unproven"] == 3
    assert found["phone_panel_reconcile_contacts", "missing"] == 0
    assert found["phone_panel_reconcile_mended", "double"] == 1
    assert found["phone_panel_reconcile_failed_total", ""] == 2
    assert found["phone_panel_reconcile_gaps", ""] == 1
    assert found["phone_panel_reconcile_at_seconds", ""] == now / 1000
    assert found["phone_panel_reconcile_seconds", ""] == 1.5


async def test_metrics_say_when_the_switch_is_away(site: Site) -> None:
    site.edge.runner.down("cut")
    assert (await metrics(site))["phone_panel_switch_up", ""] == 0


async def test_metrics_name_nobody(site: Site) -> None:
    await site.edge.talking(SAM)
    _, text, _ = await site.get("/metrics")
    for private in (SAM, "4155550143", "Sam", "2041"):
        assert private not in text
