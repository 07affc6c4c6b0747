/** What a contact looks like, worked out once for card, hero, labels and announcements. Nothing here decides a rule. */
import { fill, labels } from "c/words";

const FACES = {
  Account: "standard:account",
  Campaign: "standard:campaign",
  Case: "standard:case",
  Contact: "standard:contact",
  Lead: "standard:lead",
  Opportunity: "standard:opportunity"
};

/** The icon of a record. */
export function faceOf(record) {
  return FACES[record.type] ?? "standard:record";
}

/** How a record is called in a field: a case has its number as name and its subject as detail. */
export function recordTitle(record) {
  return record.type === "Case" && record.detail ? `${record.name} ${record.detail}` : record.name;
}

/** The person of a contact: the Name that it has, or null. */
export function personOf(contact) {
  return contact.draft.who.value;
}

const joined = (...parts) => parts.filter(Boolean).join(" · ");

function unknown(contact) {
  const { number_shown: number, place, skill_name: skill, match, direction } = contact;
  const rest = joined(place, skill);
  if (match.state === "many") {
    const name = fill(labels.peopleMatch, match.people.length);
    return { name, second: number, third: rest, face: "standard:groups" };
  }
  if (!number || match.state === "withheld") {
    return { name: labels.numberWithheld, second: skill, third: "", face: "standard:call" };
  }
  if (match.state === "searching") {
    return { name: number, second: labels.lookingUp, third: rest, face: "standard:call" };
  }
  if (direction === "outbound") {
    return { name: number, second: place, third: skill, face: "standard:call" };
  }
  return { name: labels.unknownCaller, second: number, third: rest, face: "standard:call" };
}

/** {name, second, third, face, record}: the lines of a card. `record` can be opened, or is null. */
export function linesOf(contact) {
  const person = personOf(contact);
  if (!person) {
    return { ...unknown(contact), record: null };
  }
  return {
    name: person.name,
    second: person.detail,
    third: joined(contact.number_shown, contact.skill_name),
    face: faceOf(person),
    record: person
  };
}

const customer = (contact) => contact.legs.find((leg) => leg.role === "CUSTOMER");

/** offered, dialling, ringing, connected, held, wrap_up, or closed. */
export function stageOf(contact) {
  if (contact.phase !== "ACTIVE") {
    return contact.phase.toLowerCase();
  }
  if (contact.held_since) {
    return "held";
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
    case "connected":
      return contact.answered ?? contact.started;
    case "wrap_up":
      return contact.ended;
    default:
      return customer(contact)?.since ?? contact.started;
  }
}

const ORDER = { offered: 0, connected: 1, ringing: 1, dialling: 1, held: 2, wrap_up: 3 };

/**
 * The contact that the controls act on: the offered one, else the one in the agent's ear, else a held one, else the
 * newest to wrap up. Null without any.
 */
export function currentOf(contacts) {
  const rank = (contact) => ORDER[stageOf(contact)] ?? 9;
  const [first = null] = [...contacts].sort((a, b) => rank(a) - rank(b) || b.started - a.started);
  return first;
}
