"""What Asterisk knows by itself of each phone, for emergency numbers that are dialled on it.

It is kept as a geolocation profile of Asterisk's, which its dialplan can read and which outlives it: ARI can write few
other things that do. The dialplan splits the text of the profile; the documentation shows that dialplan.
"""

import logging
from collections.abc import Mapping
from typing import Final

from connector.domain.emergency import PhonePlan
from connector.switch.asterisk.location import location_info
from connector.switch.asterisk.machine import Machine
from connector.switch.asterisk.socket import AriRefusal

log = logging.getLogger(__name__)

CONTEXT: Final = "emergency-"
"""With this the name of a phone's profile begins; the phone's own name follows."""


def text_of(plan: PhonePlan, routes: Mapping[str, str]) -> str:
    """callback | endpoint | other endpoint | what may be dialled | what it means | address, lists with dashes.

    An endpoint is "" for a route that Asterisk does not have: its dialplan has one for that.
    """
    dialled, meant = "-".join(plan.numbers), "-".join(plan.numbers.values())
    where = "" if plan.address is None else location_info(plan.address)
    return "|".join((plan.callback, routes.get(plan.route, ""), routes.get(plan.other, ""), dialled, meant, where))


class Plans:
    """The plans to be known to Asterisk; `wanted` may change at any time, and `write` makes it so."""

    def __init__(self, routes: Mapping[str, str]) -> None:
        self.wanted: tuple[PhonePlan, ...] = ()
        self._routes = routes
        self._written: set[str] = set()

    async def write(self, machine: Machine) -> None:
        """Each phone's plan is known, and those that were written earlier and are wanted no more are gone.

        A plan that Asterisk does not take is logged, and the others are written all the same.
        """
        wanted = {plan.device: plan for plan in self.wanted}
        self._say_unknown_routes(wanted)
        for device in self._written - set(wanted):
            await machine.forget_profile(CONTEXT + device)
            self._written.discard(device)
        for device, plan in wanted.items():
            try:
                await machine.keep_profile(CONTEXT + device, text_of(plan, self._routes))
                self._written.add(device)
            except AriRefusal as refused:
                words = "emergency calls dialled on a phone leave as they last did: Asterisk did not take its plan"
                log.error(words, extra={"device": device, "said": str(refused)})

    def _say_unknown_routes(self, wanted: Mapping[str, PhonePlan]) -> None:
        named = {route for plan in wanted.values() for route in (plan.route, plan.other)}
        for route in sorted(named - set(self._routes)):
            log.error("a route of emergency calls is not in the settings: see [switch] routes", extra={"route": route})
