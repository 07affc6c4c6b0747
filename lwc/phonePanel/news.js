/** What is said aloud when the view changes: one assertive and one polite sentence at most. */
import { currentOf, linesOf, stageOf } from "c/contactShown";
import { fill, labels, why } from "c/words";

const byKey = ({ contacts }, key) => contacts.find((contact) => contact.key === key);

function contactNews(contact, was) {
  const [stage, before] = [stageOf(contact), was && stageOf(was)];
  const { name } = linesOf(contact);
  if (contact.mask === "failed" && was?.mask !== "failed") {
    return { assertive: `${labels.notMasked}. ${labels.notMaskedText}` };
  }
  if (stage !== before) {
    switch (stage) {
      case "offered":
        return { assertive: fill(labels.sayRinging, name) };
      case "held":
        return { polite: fill(labels.sayOnHold, name) };
      case "connected":
        return { polite: fill(before === "held" ? labels.sayResumed : labels.sayConnected, name) };
      case "wrap_up":
        return { polite: labels.sayEnded };
      default:
        return {};
    }
  }
  if (contact.mask !== was.mask) {
    return { polite: contact.mask === "on" ? labels.sayMasked : labels.sayUnmasked };
  }
  if (contact.muted !== was.muted) {
    return { polite: contact.muted ? labels.sayMuted : labels.sayUnmuted };
  }
  return saveNews(contact.save, was.save);
}

function saveNews(save, was) {
  if (save.state === was.state) {
    return {};
  }
  if (save.state === "saved") {
    return { polite: labels.savedTo };
  }
  return save.state === "attention" ? { polite: `${labels.attentionIs} ${save.message || why(save.code)}` } : {};
}

/** The agent's phone is what calls depend on; any other banner can wait for the end of a sentence. */
function spoken(notes) {
  const note = notes.find(({ id }) => !id.startsWith("mask") && id !== "link");
  return note ? { [note.id === "phone" ? "assertive" : "polite"]: `${note.title}. ${note.text ?? ""}` } : {};
}

/** {assertive, polite}: what has happened between two views, for live regions; `notes` are the banners that are new. */
export function newsOf(view, before, notes = []) {
  const [link, was] = [view.link.state, before.link.state];
  if (link === "lost" && was === "open") {
    const live = currentOf(view.contacts);
    return { assertive: live ? labels.connectionLostCall : labels.connectionLost };
  }
  if (!before.agent) {
    // A panel that has just been opened tells of a ringing call, and nothing else.
    const offered = view.contacts.find((contact) => stageOf(contact) === "offered");
    return { ...spoken(notes), ...(offered ? contactNews(offered, undefined) : {}) };
  }
  const news = spoken(notes);
  for (const contact of view.contacts) {
    Object.assign(news, contactNews(contact, byKey(before, contact.key)));
  }
  if (link === "open" && was !== "open" && !news.polite) {
    news.polite = labels.sayBack;
  }
  return news;
}
