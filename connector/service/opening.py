"""What opens in Salesforce, as a chore: its kind and what it is about."""

from typing import Final

from connector.domain.effects import Pop, PopByLayout, PopFlow, PopNew, PopRecord, PopSearch
from connector.service.chores import Work

KINDS: Final = ("screen_pop", "search_pop", "url_pop", "flow_pop", "new_record", "layout_pop")


def chore_of(pop: Pop) -> tuple[str, Work]:
    """The kind of the chore and its work."""
    match pop:
        case PopRecord(record=record):
            return "screen_pop", Work(record)
        case PopSearch(text=text):
            return "search_pop", Work(text=text)
        case PopFlow(flow=flow, arguments=arguments):
            return "flow_pop", Work(text=flow, arguments=arguments)
        case PopNew(sobject=sobject, fields=fields):
            return "new_record", Work(text=sobject, fields=fields)
        case PopByLayout():
            how = (pop.call, pop.found, pop.part)
            return "layout_pop", Work(pop.record, pop.number, fields=pop.fields, arguments=pop.arguments, layout=how)
    return "url_pop", Work(text=pop.url)
