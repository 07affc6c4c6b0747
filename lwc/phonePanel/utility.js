/** What the utility bar shows of the panel: {label, icon, title}, and whether the panel must open. */
import { currentOf, linesOf, sinceOf, stageOf } from "c/contactShown";
import { duration, labels } from "c/words";

const ICONS = {
  offered: "incoming_call",
  dialling: "outbound_call",
  ringing: "outbound_call",
  connected: "call",
  held: "pause",
  consulting: "change_owner",
  conference: "groups",
  working: "work_queue",
  parked: "email",
  wrap_up: "edit"
};

const WORDS = {
  offered: labels.ringing,
  dialling: labels.dialling,
  ringing: labels.ringing,
  connected: labels.onCall,
  held: labels.onHold,
  consulting: labels.onHold,
  conference: labels.inConference,
  working: labels.working,
  parked: labels.parked,
  wrap_up: labels.wrapUp
};

const TIMED = new Set(["connected", "held", "consulting", "conference", "working", "wrap_up"]);

/** `at` is the time by the page's clock; the label has the timer of a call, of a hold and of wrap-up. */
export function utilityOf({ contacts, link }, at) {
  const current = currentOf(contacts);
  if (!current) {
    return { label: labels.phone, icon: "call", title: labels.phone };
  }
  const stage = stageOf(current);
  // During a consult what counts is how long the customer waits.
  const word = stage === "consulting" && !current.held_since ? labels.onCall : WORDS[stage];
  const timed = TIMED.has(stage);
  const label = timed ? `${word} ${duration(at - sinceOf(current))}` : word;
  const title = `${word} · ${linesOf(current).name}`;
  return { label: link.state === "open" ? label : `${label} !`, icon: ICONS[stage], title };
}

/** Whether a call has begun to ring between the two views. */
export function hasBegunToRing(view, before) {
  const ringing = ({ contacts }) => contacts.filter((contact) => contact.phase === "OFFERED").map(({ key }) => key);
  const known = new Set(ringing(before));
  return ringing(view).some((key) => !known.has(key));
}
