/** What is said aloud when the view changes: one assertive and one polite sentence at most. */
import { consultName, currentOf, isCall, linesOf, partiesOf, stageOf } from "c/contactShown";
import { fill, labels, why } from "c/words";

const byKey = ({ contacts }, key) => contacts.find((contact) => contact.key === key);

function offered(contact, name) {
  return isCall(contact) ? fill(labels.sayRinging, name) : fill(labels.sayOffered, name);
}

/** A call that the agent is in again, or at last. */
function together(name, before) {
  const words = { held: labels.sayResumed, conference: labels.sayTwoAgain, consulting: labels.sayTalkingTo };
  return fill(words[before] ?? labels.sayConnected, name);
}

function stageNews(contact, stage, before) {
  const { name } = linesOf(contact);
  switch (stage) {
    case "offered":
      return { assertive: offered(contact, name) };
    case "held":
      return { polite: fill(labels.sayOnHold, name) };
    case "connected":
      return { polite: together(name, before) };
    case "consulting":
      return { polite: fill(labels.sayConsulting, contact.consult.name) };
    case "conference":
      return { polite: fill(labels.sayConference, partiesOf(contact).length) };
    case "parked":
      return { polite: fill(labels.sayParked, name) };
    case "working":
      return { polite: fill(before === "parked" ? labels.sayUnparked : labels.sayWorking, name) };
    case "wrap_up":
      return { polite: labels.sayEnded };
    default:
      return {};
  }
}

function consultNews(contact, was) {
  const [state, before] = [contact.consult?.state, was.consult?.state];
  if (state === before || !before || !state) {
    return {};
  }
  if (state === "connected" && before !== "held") {
    return { polite: fill(labels.sayConsult, consultName(contact.consult)) };
  }
  const to = { connected: consultName(contact.consult), held: linesOf(contact).name }[state];
  return to ? { polite: fill(labels.sayTalkingTo, to) } : {};
}

/** A consult that failed is said at once, and who is waiting; what else went wrong is a banner. */
function lostNews(contact, was) {
  const { problem, held_since: held } = contact;
  if (!problem?.code.startsWith("consult_") || problem.at === was?.problem?.at) {
    return null;
  }
  const { name } = linesOf(contact);
  return { assertive: held ? fill(labels.stillOnHold, why(problem.code), name) : why(problem.code) };
}

function contactNews(contact, was) {
  const [stage, before] = [stageOf(contact), was && stageOf(was)];
  if (contact.mask === "failed" && was?.mask !== "failed") {
    return { assertive: `${labels.notMasked}. ${labels.notMaskedText}` };
  }
  const lost = lostNews(contact, was);
  if (lost) {
    return lost;
  }
  if (stage !== before) {
    return stageNews(contact, stage, before);
  }
  if (stage === "conference" && partiesOf(contact).length !== partiesOf(was).length) {
    return { polite: fill(labels.sayConference, partiesOf(contact).length) };
  }
  if (contact.mask !== was.mask) {
    return { polite: contact.mask === "on" ? labels.sayMasked : labels.sayUnmasked };
  }
  if (contact.muted !== was.muted) {
    return { polite: contact.muted ? labels.sayMuted : labels.sayUnmuted };
  }
  return { ...consultNews(contact, was), ...saveNews(contact.save, was.save) };
}

function saveNews(save, was) {
  if (save.state === was.state) {
    return {};
  }
  if (save.state === "saved") {
    return { polite: labels.savedTo };
  }
  const head = { attention: labels.attentionIs, discarded: labels.discardedBy }[save.state];
  return head ? { polite: `${head} ${save.message || why(save.code)}` } : {};
}

const URGENT = /^(phone|alarm)/;

/** The agent's phone is what calls depend on, and an emergency waits for nothing; other banners can. */
function spoken(notes) {
  const note = notes.find(({ id }) => !id.startsWith("mask") && id !== "link");
  return note ? { [URGENT.test(note.id) ? "assertive" : "polite"]: `${note.title}. ${note.text ?? ""}` } : {};
}

/** Two sentences as one text. */
function both(first, second) {
  return first && second ? `${first.replace(/\.$/, "")}. ${second}` : first || second;
}

/** {assertive, polite}: what has happened between two views, for live regions; `notes` are the banners that are new. */
export function newsOf(view, before, notes = []) {
  const [link, was] = [view.link.state, before.link.state];
  if (link === "lost" && was === "open") {
    const live = currentOf(view.contacts);
    return { assertive: live && isCall(live) ? labels.connectionLostCall : labels.connectionLost };
  }
  if (!before.agent) {
    // A panel that has just been opened tells of what is offered, and nothing else.
    const one = view.contacts.find((contact) => stageOf(contact) === "offered");
    return { ...spoken(notes), ...(one ? contactNews(one, undefined) : {}) };
  }
  const news = spoken(notes);
  for (const contact of view.contacts) {
    const { assertive, polite } = contactNews(contact, byKey(before, contact.key));
    news.assertive = both(news.assertive, assertive);
    news.polite = both(news.polite, polite);
  }
  for (const contact of view.repairs) {
    const last = before.repairs.find(({ key }) => key === contact.key);
    news.polite = both(news.polite, last && saveNews(contact.save, last.save).polite);
  }
  const mended = before.repairs.filter(({ key }) => !view.repairs.some((one) => one.key === key));
  for (const contact of mended.filter(({ save }) => save.state === "saving" || save.state === "waiting")) {
    news.polite = both(news.polite, fill(labels.sayMended, linesOf(contact).name));
  }
  if (link === "open" && was !== "open" && !news.polite) {
    news.polite = labels.sayBack;
  }
  return news;
}
