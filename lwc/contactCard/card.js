/** What a card says of a contact, or of the private consult that belongs to it. */
import { consultLinesOf, linesOf, partiesOf, sinceOf, stageOf } from "c/contactShown";
import { fill, labels } from "c/words";

const STAGES = {
  offered: labels.ringing,
  dialling: labels.dialling,
  ringing: labels.ringing,
  connected: labels.connected,
  conference: labels.connected,
  held: labels.onHold,
  working: labels.working,
  parked: labels.parked,
  wrap_up: labels.wrapUp
};

const CONSULTS = {
  queued: labels.queued,
  dialing: labels.dialling,
  ringing: labels.ringing,
  connected: labels.connected,
  held: labels.onHold
};

function together(contact, away) {
  const parties = partiesOf(contact).length;
  return {
    name: labels.conference,
    second: fill(away ? labels.partiesWithout : labels.parties, parties),
    third: contact.skill_name,
    face: "standard:groups",
    record: null
  };
}

/** During a consult the customer waits, talks to the agent after a swap, or goes on in a conference without the agent. */
function asideOf(contact) {
  if (contact.held_since) {
    return { stage: "held", since: contact.held_since, lines: linesOf(contact) };
  }
  const lines = contact.conference ? together(contact, !contact.in_ear) : linesOf(contact);
  return { stage: "connected", since: contact.answered, lines };
}

/** {lines, stage, word, since}: `stage` is the contact's own, without the consult that goes on beside it. */
export function cardOf(contact, shows) {
  if (shows === "consult") {
    const { state, since } = contact.consult;
    return { lines: consultLinesOf(contact.consult), stage: state, word: CONSULTS[state], since };
  }
  const stage = stageOf(contact);
  if (stage === "consulting") {
    const aside = asideOf(contact);
    return { ...aside, word: STAGES[aside.stage] };
  }
  const lines = stage === "conference" ? together(contact, !contact.in_ear) : linesOf(contact);
  const silent = stage === "offered" && !contact.legs.length;
  return { lines, stage, word: silent ? labels.queued : STAGES[stage], since: sinceOf(contact) };
}
