"""What the org says about its objects is asked for rarely, and objects that cannot be read are done without."""

import pytest

from connector.salesforce import SalesforceConfig
from connector.salesforce.callers import Callers
from connector.salesforce.client import SalesforceClient
from connector.salesforce.faults import Refused
from connector.salesforce.search import Search
from connector.salesforce.shapes import MAX_AGE_S, Shapes
from tests.salesforce.scripted import LOGIN, Answer, Scripted, refusal, said

NUMBER = "+14155550143"


class Described:
    """An org that describes `objects`: name → fields with their types; it finds nothing."""

    def __init__(self, objects: dict[str, dict[str, str]]) -> None:
        self.objects = objects
        self.client = SalesforceClient(SalesforceConfig(LOGIN, "key", client_secret="secret"))
        self.network = Scripted(self._answer)
        self.client._session.adapters.clear()
        self.client._session.mount("https://", self.network)
        self.now = 0.0
        self.shapes = Shapes(self.client, clock=lambda: self.now)

    def _answer(self, request: object) -> Answer:
        path = str(getattr(request, "path_url", ""))
        if "describe" not in path:
            return said(200, {"searchRecords": []})
        name = path.split("/")[-2]
        if name not in self.objects:
            return refusal(404, "NOT_FOUND", "The requested resource does not exist")
        fields = [{"name": field, "type": kind} for field, kind in self.objects[name].items()]
        return said(200, {"name": name, "fields": fields})

    def asked(self) -> list[str]:
        """What has been asked since the last time."""
        found = [str(request.path_url) for request in self.network.requests]
        self.network.requests.clear()
        return found


@pytest.fixture
def org() -> Described:
    person = {"Id": "id", "Name": "string", "Phone": "phone", "MobilePhone": "phone", "Fax": "phone"}
    return Described({"Contact": {**person, "AccountId": "reference", "Second_Line__c": "phone"}, "Lead": person})


def test_an_object_is_described_once_an_hour_or_when_it_was_forgotten(org: Described) -> None:
    shape = org.shapes.of("Lead")
    assert org.shapes.of("Lead") is shape
    org.now = MAX_AGE_S - 1
    assert org.shapes.readable("Lead") is shape
    assert len(org.asked()) == 1
    org.now = MAX_AGE_S
    org.shapes.of("Lead")
    assert len(org.asked()) == 1
    org.shapes.forget("Lead")
    org.shapes.of("Lead")
    assert len(org.asked()) == 1


def test_an_object_that_cannot_be_read_is_asked_for_once_an_hour(org: Described) -> None:
    assert org.shapes.readable("Account") is None
    assert org.shapes.readable("Account") is None
    assert len(org.asked()) == 1
    org.objects["Account"] = {"Id": "id"}
    org.now = MAX_AGE_S
    assert org.shapes.readable("Account") is not None
    org.objects.pop("Account")
    org.shapes.forget("Account")
    with pytest.raises(Refused):
        org.shapes.of("Account")


def test_caller_match_asks_what_can_be_read_and_has_a_number(org: Described) -> None:
    callers = Callers(org.client, org.shapes, lambda: (), None)
    assert {source.sobject: source.fields for source in callers.sources()} == {
        "Contact": ("Phone", "MobilePhone", "Second_Line__c"),
        "Lead": ("Phone", "MobilePhone"),
    }
    org.asked()
    assert callers.match(NUMBER, "US", "").people == ()
    (asked,) = org.asked()
    assert "Second_Line__c" in asked
    assert "Account%28" not in asked
    assert "Fax" not in asked
    org.objects.clear()
    org.shapes.forget("Contact")
    org.shapes.forget("Lead")
    assert callers.match(NUMBER, "US", "").people == ()
    assert not any("search" in path for path in org.asked())


def test_searches_leave_out_what_cannot_be_read(org: Described) -> None:
    search = Search(org.client, org.shapes)
    del org.objects["Lead"]
    assert search.find("people", "Chen", "") == []
    asked = org.asked()[-1]
    assert "Contact%28" in asked
    assert "Lead%28" not in asked
    org.objects.clear()
    org.shapes.forget("Contact")
    assert search.find("people", "Chen", "") == []
    assert not any("search" in path for path in org.asked())
