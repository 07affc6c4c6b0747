/** What a contact looks like, worked out once for card, hero, labels and announcements. Nothing here decides a rule. */
export { faceOf, personOf, recordTitle } from "./people";
export { consultLinesOf, consultName, linesOf } from "./lines";
export { partiesOf } from "./parties";

const SILENT = new Set(["work_item", "email"]);

/** Whether the contact is a call: a work item or an e-mail is none. */
export function isCall({ kind }) {
  return !SILENT.has(kind);
}

const customer = (contact) => contact.legs.find((leg) => leg.role === "CUSTOMER");

/** offered, dialling, ringing, connected, held, consulting, conference, working, parked, wrap_up, or closed. */
export function stageOf(contact) {
  if (contact.phase !== "ACTIVE") {
    return contact.phase.toLowerCase();
  }
  if (!isCall(contact)) {
    return contact.parked ? "parked" : "working";
  }
  if (contact.consult) {
    return "consulting";
  }
  if (contact.held_since) {
    return "held";
  }
  if (contact.conference) {
    return "conference";
  }
  return { DIALING: "dialling", RINGING: "ringing" }[customer(contact)?.state] ?? "connected";
}

/** Since when the contact is in its stage. */
export function sinceOf(contact) {
  switch (stageOf(contact)) {
    case "offered":
      return contact.offered;
    case "held":
      return contact.held_since;
    case "consulting":
      return contact.held_since ?? contact.answered ?? contact.started;
    case "connected":
    case "conference":
    case "working":
    case "parked":
      return contact.answered ?? contact.started;
    case "wrap_up":
      return contact.ended;
    default:
      return customer(contact)?.since ?? contact.started;
  }
}

/** Whether the agent has stepped out of the conversation for a consult, or holds its customer. */
export function isApart(contact) {
  return Boolean(contact.held_since) || !contact.in_ear;
}

const ORDER = {
  offered: 1,
  connected: 2,
  conference: 2,
  ringing: 2,
  dialling: 2,
  held: 3,
  wrap_up: 4,
  working: 5,
  parked: 6
};

const inEar = (contact) => contact.phase === "ACTIVE" && (contact.in_ear || Boolean(contact.consult));

/**
 * The contact that the controls act on: the one in the agent's ear, be it in a consult, else the offered one, else a
 * held one, else the newest to wrap up, else what is being worked on. Null without any.
 */
export function currentOf(contacts) {
  const rank = (contact) => (inEar(contact) ? 0 : (ORDER[stageOf(contact)] ?? 9));
  const [first = null] = [...contacts].sort((a, b) => rank(a) - rank(b) || b.started - a.started);
  return first;
}
