/** Which cards, body and dock there are, from the view of the store and what the agent opened in this panel. */
import { consultName, currentOf, isCall, linesOf, stageOf } from "c/contactShown";

const LIVE = new Set(["dialling", "ringing", "connected", "held", "consulting", "conference"]);

/** The call that the controls act on, or another one on the agent's phone, or undefined. */
export function liveOf(contacts) {
  const live = (contact) => isCall(contact) && LIVE.has(stageOf(contact));
  const current = currentOf(contacts);
  return current && live(current) ? current : contacts.find(live);
}

const OVER_ALL = new Set(["shortcuts", "outbound", "offer", "repair"]);

/**
 * What fills the body: gate (no host, or none that answers), waiting, offered, shortcuts, outbound, offer (hold and
 * call?), supervisor (for who is one), repair (a Task of a contact that is over), keypad, consult (whom to), work, today
 * or idle.
 */
export function bodyOf({ gate, agent, setup, contacts }, opened) {
  if (gate) {
    return "gate";
  }
  if (!agent || !setup) {
    return "waiting";
  }
  // A call that begins to ring does not take away what the agent is typing into: it has its card and its controls.
  if (OVER_ALL.has(opened) || (opened === "supervisor" && setup.supervisor)) {
    return opened;
  }
  const current = currentOf(contacts);
  const stage = current && stageOf(current);
  if (stage === "offered") {
    return "offered";
  }
  if (LIVE.has(stage) && opened === "keypad") {
    return "keypad";
  }
  if (LIVE.has(stage) && stage !== "consulting" && opened === "consult") {
    return "consult";
  }
  if (current) {
    return "work";
  }
  return opened === "today" ? "today" : "idle";
}

/**
 * The contact whose controls the dock has; null for the outbound screen's own bar; undefined for no dock. `mended` is the
 * contact whose Task is mended.
 */
export function dockOf({ agent, contacts }, body, mended) {
  if (!agent) {
    return undefined;
  }
  const current = currentOf(contacts);
  const busy = current && isCall(current) && stageOf(current) !== "wrap_up";
  if (body === "outbound" && !busy) {
    return null;
  }
  return current ?? mended ?? undefined;
}

/** Whom the agent hears: during a consult the consulted one, unless the agent has swapped back. */
function heard(contact) {
  const { consult } = contact;
  return consult && consult.state !== "held" && !contact.in_ear ? consultName(consult) : linesOf(contact).name;
}

/** The customer of a consult, and whom the agent consults: whoever is not heard comes first, and small. */
function pair(contact) {
  const { key, consult } = contact;
  const [who, asked] = [linesOf(contact).name, consultName(consult)];
  const customer = { contact, shows: "contact", key, other: asked };
  const consulted = { contact, shows: "consult", key: `${key} consult`, other: who };
  return consult.state === "held" ? [consulted, customer] : [customer, consulted];
}

/** The cards: the others first and small, the one that the controls act on last and large, unless it fills the body. */
export function cardsOf({ contacts }, body) {
  const current = currentOf(contacts);
  const others = contacts.filter((contact) => contact !== current && contact.phase !== "CLOSED");
  const other = current ? heard(current) : "";
  const small = others.map((contact) => ({ contact, shows: "contact", key: contact.key, other }));
  const large = current && body !== "offered" ? [{ contact: current, shows: "contact", key: current.key }] : [];
  const all = [...small, ...(large.length && current.consult ? pair(current) : large)];
  return all.map((card, n) => ({ ...card, now: n === all.length - 1 && large.length > 0 }));
}
