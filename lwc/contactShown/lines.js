/** The lines of a card: {name, second, third, face, record}. `record` can be opened, or is null. */
import { fill, labels } from "c/words";
import { faceOf, joined, personOf } from "./people";

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
  if (contact.caller) {
    return { name: contact.caller, second: number, third: rest, face: "standard:call" };
  }
  if (match.state === "searching") {
    return { name: number, second: labels.lookingUp, third: rest, face: "standard:call" };
  }
  if (direction !== "inbound") {
    return { name: number, second: place, third: skill, face: "standard:call" };
  }
  return { name: labels.unknownCaller, second: number, third: rest, face: "standard:call" };
}

function work(contact) {
  const { kind, title, payload = [], record = null, skill_name: skill } = contact;
  if (kind === "email") {
    const second = joined(payload[0]?.value, labels.email);
    return { name: title, second, third: skill, face: "standard:email", record };
  }
  return { name: title, second: joined(labels.workItem, skill), third: "", face: "standard:work_queue", record };
}

function emergency({ number_shown: name, emergency: kind, place, skill_name: skill }) {
  const second = kind === "test" ? labels.emergencyTest : labels.emergencyCall;
  return { name, second, third: joined(place, skill), face: "standard:call", record: null };
}

/** The colleague at the other end: who consults this agent, or calls directly. */
function colleague({ legs, asked_by: by = "", number_shown: number, skill_name: skill }) {
  const other = legs.find((leg) => leg.role === "CUSTOMER" && leg.colleague);
  const name = by || other?.name;
  if (!name) {
    return null;
  }
  const second = by ? labels.asksYou : labels.agent;
  return { name, second, third: joined(number, by && skill), face: "standard:user", record: null };
}

/** The lines of a contact. */
export function linesOf(contact) {
  if (contact.kind === "work_item" || contact.kind === "email") {
    return work(contact);
  }
  if (contact.emergency) {
    return emergency(contact);
  }
  const person = personOf(contact);
  if (person) {
    return {
      name: person.name,
      second: person.detail,
      third: joined(contact.number_shown, contact.skill_name),
      face: faceOf(person),
      record: person
    };
  }
  return colleague(contact) ?? { ...unknown(contact), record: null };
}

const CONSULT_FACES = { agent: "standard:user", skill: "standard:groups" };

function consultWord({ kind, state, answered_by: by = "" }) {
  if (kind === "agent") {
    return labels.agent;
  }
  if (kind === "skill") {
    return by ? fill(labels.answeredBy, by) : state === "queued" ? labels.skillQueued : labels.skill;
  }
  return kind === "entry" ? labels.addressBook : "";
}

/** The lines of a private consult. */
export function consultLinesOf(consult) {
  const [second, third] = [consultWord(consult), consult.detail === consult.name ? "" : consult.detail];
  return {
    name: consult.name,
    second: second || third,
    third: second ? third : "",
    face: CONSULT_FACES[consult.kind] ?? "standard:call",
    record: null
  };
}

/** Who is asked in private: the colleague who took a skill's request, else the target. */
export function consultName({ name, answered_by: by = "" }) {
  return by || name;
}
