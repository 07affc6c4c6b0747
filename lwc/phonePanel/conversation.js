/** What is said in the call that the panel is about, as it is shown there and beside the record. */
import { isCall, linesOf } from "c/contactShown";
import { labels } from "c/words";

/** One line for an item of the wire, the same value for as long as nothing of it changes. */
const known = new WeakMap();

function lineOf(item, name, answered) {
  const who = { agent: labels.yourself, customer: name }[item.side] ?? item.name ?? "";
  const line = known.get(item);
  if (line?.who !== who || line.answered !== answered) {
    known.set(item, { ...item, who, answered, at: item.began - answered });
  }
  return known.get(item);
}

/** {contact, name, status, cut, lines} of a contact whose words are written down, or null. */
export function conversationOf({ setup, transcripts }, contact) {
  const transcript = contact && transcripts[contact.key];
  if (!setup?.transcript || !transcript || !isCall(contact)) {
    return null;
  }
  const { name } = linesOf(contact);
  const lines = transcript.items.map((item) => lineOf(item, name, contact.answered ?? contact.started));
  return { contact: contact.key, name, status: transcript.status, cut: transcript.cut, lines };
}
