"""The live transcript in the words of the wire."""

from connector.service.conversation import News, Over
from connector.service.said import Item, Pause
from connector.wire import state as wire


def conversation_view(news: News) -> wire.Transcript | wire.Segments | wire.TranscriptOver:
    """What a panel is told of it."""
    if isinstance(news, Over):
        return wire.TranscriptOver(news.contact)
    items = tuple(map(_item, news.items))
    if news.whole:
        return wire.Transcript(news.contact, news.status, items, news.cut)
    return wire.Segments(news.contact, news.status, items, news.dropped)


def _item(item: Item) -> wire.Segment | wire.Pause:
    if isinstance(item, Pause):
        return wire.Pause(item.id, item.why, item.began, item.ended)
    return wire.Segment(
        item.id,
        item.party,
        item.side,
        item.text,
        item.final,
        item.began,
        item.ended,
        item.revision,
        item.name,
    )
