"""All channels, whom each belongs to and whom it hears; and who is left with nobody when one ends."""

from connector.domain.model import LegState, Role
from connector.switch.register.channel import Channel
from connector.switch.register.mixes import Heard, Mixes


class Parties:
    """The register of the exchange.  It tells nobody anything."""

    def __init__(self) -> None:
        self.channels: dict[str, Channel] = {}
        self.mixes = Mixes()
        self._rung_for: dict[str, list[Channel]] = {}
        self._of_contact: dict[str, list[Channel]] = {}

    # --- who is there ------------------------------------------------------------------------------------------------

    def phones_of(self, leg: str) -> list[Channel]:
        """The agents' legs that ring for that leg, or were answered for it."""
        return [phone for phone in self._rung_for.get(leg, ()) if phone.live and phone.role is Role.AGENT]

    def taken(self, customer: Channel, phone: Channel, contact: str) -> bool:
        """Whether another agent than the one at `phone` has that customer.

        A colleague who asks for somebody can be with others; only one may answer for the same contact.
        """
        if self.mixes.same(customer.leg, phone.leg):
            return False
        others = [other for other in self.phones_of(customer.leg) if other.up and other is not phone]
        if any(other.contact == contact for other in others):
            return True
        mix = self.mixes.of(customer.leg)
        return customer.external and mix is not None and any(not self.channels[leg].external for leg in mix.legs)

    def has(self, contact: str) -> bool:
        """Whether there is a live leg of that contact."""
        return any(channel.live for channel in self._of_contact.get(contact, ()))

    def recordable(self, contact: str) -> bool:
        """Whether there is somebody of that contact to be recorded: its customer, or two colleagues who talk."""
        return self.heard_of(contact) is not None

    def heard_of(self, contact: str) -> Channel | None:
        """Somebody of that contact who can be recorded, or None."""
        return next((channel for channel in self._of_contact.get(contact, ()) if self._speaks(channel)), None)

    def recorded_of(self, contact: str) -> tuple[str, ...]:
        """Whom a recording of that contact is of: a leg, and of two colleagues the other, too."""
        channel = self.heard_of(contact)
        if channel is None:
            return ()
        return (channel.leg,) if channel.external else (channel.leg, channel.customer)

    def _speaks(self, channel: Channel) -> bool:
        if channel.external:
            return channel.up
        far = self.channels.get(channel.customer)
        return far is not None and not far.external and self.mixes.of(channel.leg) is not None

    # --- who comes and goes ------------------------------------------------------------------------------------------

    def add(self, channel: Channel) -> None:
        """The leg is there."""
        self.channels[channel.leg] = channel
        if channel.customer:
            self._rung_for.setdefault(channel.customer, []).append(channel)
        if channel.contact is not None:
            self._of_contact.setdefault(channel.contact, []).append(channel)

    def adopt(self, channel: Channel, contact: str) -> None:
        """The leg is that contact's; a phone of the contact that was rung for a colleague is the customer's now."""
        _leave(self._of_contact, channel.contact, channel)
        channel.contact = contact
        for phone in self._of_contact.get(contact, ()):
            asker = self.channels.get(phone.customer)
            if channel.role is Role.CUSTOMER and not phone.external and asker is not None and not asker.external:
                self.belongs(phone, channel.leg)
        self._of_contact.setdefault(contact, []).append(channel)

    def belongs(self, phone: Channel, leg: str) -> None:
        """The phone is that leg's, whomever it was rung for."""
        _leave(self._rung_for, phone.customer, phone)
        phone.customer = leg
        self._rung_for.setdefault(leg, []).append(phone)

    def forget(self, leg: str) -> None:
        """Nothing is known of the leg any more."""
        channel = self.channels.pop(leg, None)
        if channel is not None:
            _leave(self._rung_for, channel.customer, channel)
            _leave(self._of_contact, channel.contact, channel)

    # --- who is left -------------------------------------------------------------------------------------------------

    def left_by(self, gone: Channel, was_up: bool, mix: Heard | None) -> list[Channel]:
        """Those who may have nobody left now that `gone` has ended, which was in `mix`.

        What is left of a conference is for the connector to end where it is an agent's leg; and an agent's leg never
        ends because a colleague's does who was asked for help.
        """
        others = () if mix is None else tuple(leg for leg in mix.legs if leg != gone.leg)
        conference = mix is not None and mix.conference
        found = [phone for phone in self.phones_of(gone.leg) if not (conference and phone.leg in others)]
        if gone.role is Role.AGENT:
            found += self._customer_left(gone, was_up)
        if len(others) == 1:
            last = self.channels[others[0]]
            if last.external and (gone.external or conference or last.role is Role.CUSTOMER) and last not in found:
                found.append(last)
        return found

    def _customer_left(self, phone: Channel, was_up: bool) -> list[Channel]:
        """One who called is left only by a phone that was answered; one who is called, by the phone that calls."""
        customer = self.channels.get(phone.customer)
        if customer is None or not customer.external or customer.state is LegState.HELD:
            return []
        calling = not customer.inbound and not customer.up
        return [customer] if (was_up and customer.up) or calling else []

    def stays(self, channel: Channel) -> bool:
        """Whether one who was left is not to be hung up on: parked, with somebody else, or waiting for somebody.

        An agent waits for whoever is being called on their behalf, and is waited for by the others of their contact.
        """
        if channel.state is LegState.HELD or self.mixes.of(channel.leg) is not None:
            return True
        if channel.role is Role.AGENT:
            return any(other.live for other in self._rung_for.get(channel.leg, ()))
        colleagues = self._of_contact.get(channel.contact, ()) if channel.contact is not None else ()
        return any(phone.up and not phone.external for phone in (*self.phones_of(channel.leg), *colleagues))


def _leave(index: dict[str, list[Channel]], key: str | None, channel: Channel) -> None:
    if key is not None and key in index:
        index[key] = [other for other in index[key] if other is not channel]
        if not index[key]:
            del index[key]
