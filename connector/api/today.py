"""Today's contacts of an agent, as their panels show them."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from connector.api import view
from connector.api.lists import Lists
from connector.domain.directory import Profile
from connector.domain.model import Agent
from connector.ports.store import Store
from connector.service.clock import Clock
from connector.service.runner import Runner
from connector.wire import state as wire


async def send_today(agent: str, lists: Lists, runner: Runner, store: Store, clock: Clock) -> None:
    """Those of the agent's panels that show the day are sent it.  Raises `StoreError`."""
    profile = runner.directory.agents.get(agent) or Profile(agent, agent)
    since = midnight(clock.now(), profile.time_zone)
    total, contacts = await store.today(agent, since, view.TODAY_ROWS)
    newest = [runner.floor.contacts.get(contact.key, contact) for contact in contacts]
    who = runner.floor.agents.get(agent) or Agent(agent)
    text = wire.encode(view.today_view(runner.directory, profile, total, newest, who.missed, since))
    for panel in lists.showing(agent, "today"):
        panel.send_text(text)


def midnight(now: int, zone: str) -> int:
    """When the day began, in ms, in that time zone (an unknown one counts as UTC)."""
    try:
        tz = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        tz = ZoneInfo("UTC")
    day = datetime.fromtimestamp(now / 1000, UTC).astimezone(tz).date()
    return round(datetime.combine(day, time(), tz).timestamp() * 1000)
