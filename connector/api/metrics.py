"""`/metrics` in the Prometheus text format: read when asked, so that nothing is counted twice or on the hot path."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from msgspec import Struct
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from connector.domain.model import AgentState, Phase
from connector.ports.crm import Budget, BudgetMode
from connector.ports.store import OutboxCount
from connector.service.proof import GAPS, Verdict
from connector.service.proving import Outcome
from connector.service.runner import Runner

BATCHES: Final = (1, 2, 5, 10, 20, 50, 100, 200, 400)
"""Rows of a batch, up to which each bucket counts."""


class Reading(Struct, frozen=True):
    """What is read beside the floor: panels, messages, outbox and the org's API use.

    `alarms`: by channel, how many were told, how many tries failed, how many were given up.  `recordings_removed`
    for their age; `recordings_kept` says how often old ones could not be.  `configuration_lost`: how many objects and
    fields of the configuration are out of sight.  `rest`: why Salesforce is not asked for Tasks now, "" when it is.
    `proof` is the newest, by itself or by hand; `proofs_failed` had no outcome.  `batches`: how often a batch of Tasks
    had so many rows; `requests` of the API that were answered, by turn.
    """

    panels: int
    messages_sent: int
    panels_dropped: int
    outbox: OutboxCount
    tasks_written: int
    task_retries: int
    alarms: dict[str, tuple[int, int, int]]
    budget: Budget | None
    now: int
    recordings_removed: int = 0
    recordings_kept: int = 0
    configuration_lost: int = 0
    rest: str = ""
    proof: Outcome | None = None
    proofs_failed: int = 0
    batches: Mapping[int, int] = {}
    requests: Mapping[str, int] = {}


class Metrics(Collector):
    """Turns the floor and a `Reading` into metrics."""

    def __init__(self, runner: Runner, read: Callable[[], Reading]) -> None:
        self._runner = runner
        self._read = read
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(self)

    def text(self) -> bytes:
        """All metrics, as Prometheus reads them."""
        return generate_latest(self._registry)

    def collect(self) -> Iterable[Metric]:
        """See `Collector`."""
        yield from self._floor()
        reading = self._read()
        yield GaugeMetricFamily("phone_panel_panels", "Panels connected", reading.panels)
        yield CounterMetricFamily("phone_panel_messages_sent", "Messages sent to panels", reading.messages_sent)
        yield CounterMetricFamily("phone_panel_panels_dropped", "Panels that did not read", reading.panels_dropped)
        yield CounterMetricFamily("phone_panel_tasks_written", "Task revisions written", reading.tasks_written)
        yield CounterMetricFamily("phone_panel_task_retries", "Writes put off and tried again", reading.task_retries)
        yield from _alarms(reading.alarms)
        removed = reading.recordings_removed
        yield CounterMetricFamily("phone_panel_recordings_removed", "Recordings removed for their age", removed)
        yield CounterMetricFamily(
            "phone_panel_recordings_sweeps_failed", "Days on which old recordings stayed", reading.recordings_kept
        )
        yield from _outbox(reading.outbox, reading.now)
        resting = GaugeMetricFamily("phone_panel_outbox_resting", "Why Salesforce is left alone", labels=["code"])
        if reading.rest:
            resting.add_metric([reading.rest], 1)
        yield resting
        yield GaugeMetricFamily(
            "phone_panel_configuration_lost",
            "Objects and fields of the configuration that Salesforce showed once and does not show now",
            reading.configuration_lost,
        )
        failed = reading.proofs_failed
        yield CounterMetricFamily("phone_panel_reconcile_failed", "Daily proofs without any outcome", failed)
        if reading.proof is not None:
            yield from _proof(reading.proof)
        yield _batches(reading.batches)
        yield from _api(reading.budget, reading.requests)

    def _floor(self) -> Iterable[Metric]:
        runner = self._runner
        yield GaugeMetricFamily("phone_panel_switch_up", "Whether the switch can be asked", int(runner.floor.switch_up))
        kept = int(runner.floor.store_up)
        yield GaugeMetricFamily("phone_panel_store_up", "Whether the store takes what it is given", kept)
        contacts = dict.fromkeys(Phase, 0)
        for contact in runner.floor.contacts.values():
            contacts[contact.phase] += 1
        phases = GaugeMetricFamily("phone_panel_contacts", "Contacts, by phase", labels=["phase"])
        for phase, number in contacts.items():
            phases.add_metric([phase], number)
        yield phases
        agents = dict.fromkeys(AgentState, 0)
        for agent in runner.floor.agents.values():
            agents[agent.state] += 1
        states = GaugeMetricFamily("phone_panel_agents", "Agents, by state", labels=["state"])
        for state, number in agents.items():
            states.add_metric([state], number)
        yield states
        counts = runner.counts
        yield CounterMetricFamily("phone_panel_inputs", "Commands and events dealt with", counts.inputs)
        yield CounterMetricFamily("phone_panel_commands_refused", "Commands refused", counts.refused)
        yield CounterMetricFamily("phone_panel_unknown_events", "Events that fit no table", counts.unknown_events)
        yield CounterMetricFamily("phone_panel_faults", "Mistakes of ours; the log has each", counts.faults)
        yield CounterMetricFamily("phone_panel_commits_failed", "Commits that failed", counts.commits_failed)
        yield CounterMetricFamily("phone_panel_slow_commits", "Commits slower than allowed", counts.slow_commits)


def _proof(outcome: Outcome) -> Iterable[Metric]:
    """What `connector reconcile`, or the daily proof, found last."""
    about = "Contacts of the last comparison of ledger and org, by verdict"
    contacts = GaugeMetricFamily("phone_panel_reconcile_contacts", about, labels=["verdict"])
    for verdict in Verdict:
        contacts.add_metric([verdict], outcome.counts.get(verdict, 0))
    yield contacts
    about = "Of these, gaps that it mended, by verdict"
    mended = GaugeMetricFamily("phone_panel_reconcile_mended", about, labels=["verdict"])
    for verdict in GAPS:
        mended.add_metric([verdict], outcome.mended.get(verdict, 0))
    yield mended
    yield GaugeMetricFamily("phone_panel_reconcile_gaps", "Of these, gaps that are left", outcome.gaps)
    about = "Tasks of ours whose contact is not in the ledger"
    yield GaugeMetricFamily("phone_panel_reconcile_unknown", about, len(outcome.strangers))
    yield GaugeMetricFamily("phone_panel_reconcile_at_seconds", "When it began, since 1970", outcome.at / 1000)
    yield GaugeMetricFamily("phone_panel_reconcile_seconds", "How long it took", outcome.took / 1000)


def _outbox(count: OutboxCount, now: int) -> Iterable[Metric]:
    outbox = GaugeMetricFamily("phone_panel_outbox", "Tasks to be written, by state", labels=["state"])
    outbox.add_metric(["waiting"], count.waiting - count.later)
    outbox.add_metric(["later"], count.later)
    outbox.add_metric(["leased"], count.leased)
    outbox.add_metric(["parked"], count.parked)
    yield outbox
    age = 0 if count.oldest is None else max(0, now - count.oldest) / 1000
    words = "Since when the oldest Task is wanted that is neither written nor parked"
    yield GaugeMetricFamily("phone_panel_outbox_oldest_seconds", words, age)


def _batches(batches: Mapping[int, int]) -> Metric:
    upto = [(str(float(most)), sum(count for rows, count in batches.items() if rows <= most)) for most in BATCHES]
    rows = sum(rows * count for rows, count in batches.items())
    metric = HistogramMetricFamily("phone_panel_task_batch_rows", "Tasks that were written together")
    metric.add_metric([], [*upto, ("+Inf", sum(batches.values()))], rows)
    return metric


def _api(budget: Budget | None, requests: Mapping[str, int]) -> Iterable[Metric]:
    made = CounterMetricFamily(
        "phone_panel_api_requests", "Our own API requests, by whose turn it was", labels=["turn"]
    )
    for turn, count in requests.items():
        made.add_metric([turn], count)
    yield made
    if budget is None:
        return
    yield GaugeMetricFamily("phone_panel_api_used", "API requests of all in the org in 24 hours", budget.used)
    yield GaugeMetricFamily("phone_panel_api_limit", "API requests that the org may make in 24 hours", budget.limit)
    yield GaugeMetricFamily("phone_panel_api_left", "API requests that are left of them", budget.left)
    yield GaugeMetricFamily(
        "phone_panel_api_read_seconds", "When Salesforce said so, since 1970", budget.read_at / 1000
    )
    mode = GaugeMetricFamily("phone_panel_api_mode", "1 for the mode that follows from it", labels=["mode"])
    for each in BudgetMode:
        mode.add_metric([each], int(each is budget.mode))
    yield mode


def _alarms(by_channel: dict[str, tuple[int, int, int]]) -> Iterable[Metric]:
    names = (
        ("phone_panel_alarms_told", "Emergency calls told outside, by channel"),
        ("phone_panel_alarms_failed", "Tries to tell an emergency call that failed, by channel"),
        ("phone_panel_alarms_lost", "Emergency calls that could not be told, by channel"),
    )
    for place, (name, words) in enumerate(names):
        metric = CounterMetricFamily(name, words, labels=["channel"])
        for channel, counts in by_channel.items():
            metric.add_metric([channel], counts[place])
        yield metric
