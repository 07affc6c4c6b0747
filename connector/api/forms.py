"""What fields of Task take, as far as panels have asked: a value that does not fit is refused before it is kept."""

from collections.abc import Sequence

from connector.domain.directory import Directory
from connector.domain.given import IN_THE_PANEL, FieldForm, askable, check
from connector.domain.model import Contact
from connector.ports.crm import Crm


class Forms:
    """How fields are filled in, by record type and name; what was not asked for yet is taken as it is."""

    def __init__(self, crm: Crm) -> None:
        self._crm = crm
        self._known: dict[tuple[str, str], FieldForm] = {}

    async def of(self, directory: Directory, contact: Contact) -> Sequence[FieldForm]:
        """The fields that the contact's agent may fill in, described anew.  Raises `CrmUnavailable`."""
        names, kind = askable(contact), _record_type(directory, contact)
        forms = await self._crm.field_forms(names, kind) if names else ()
        self._known.update({(kind, form.name): form for form in forms})
        return forms

    def check(self, directory: Directory, contact: Contact, name: str, text: str) -> None:
        """Raises `BadInput`, which names the field and what it takes, when the value is known not to fit.

        Salesforce is not asked: what is typed must be kept also while it is away.
        """
        form = self._known.get((_record_type(directory, contact), name))
        if form is not None and name not in IN_THE_PANEL.values():
            check(form, text)


def _record_type(directory: Directory, contact: Contact) -> str:
    """The id of the record type that the contact's Task gets; "" for the default."""
    return directory.record_types.get(directory.task_form(contact.skill).record_type, "")
