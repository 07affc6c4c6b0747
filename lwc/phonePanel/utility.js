/** What the utility bar shows of the panel: {label, icon, title}, and whether the panel must open. */
import { currentOf, linesOf, sinceOf, stageOf } from "c/contactShown";
import { duration, labels } from "c/words";

const ICONS = {
  offered: "incoming_call",
  dialling: "outbound_call",
  ringing: "outbound_call",
  connected: "call",
  held: "pause",
  wrap_up: "edit"
};

const WORDS = {
  offered: labels.ringing,
  dialling: labels.dialling,
  ringing: labels.ringing,
  connected: labels.onCall,
  held: labels.onHold,
  wrap_up: labels.wrapUp
};

/** `at` is the time by the page's clock; the label has the timer of a call, of a hold and of wrap-up. */
export function utilityOf({ contacts, link }, at) {
  const current = currentOf(contacts);
  if (!current) {
    return { label: labels.phone, icon: "call", title: labels.phone };
  }
  const stage = stageOf(current);
  const timed = ["connected", "held", "wrap_up"].includes(stage);
  const label = timed ? `${WORDS[stage]} ${duration(at - sinceOf(current))}` : WORDS[stage];
  const title = `${WORDS[stage]} · ${linesOf(current).name}`;
  return { label: link.state === "open" ? label : `${label} !`, icon: ICONS[stage], title };
}

/** Whether a call has begun to ring between the two views. */
export function hasBegunToRing(view, before) {
  const ringing = ({ contacts }) => contacts.filter((contact) => contact.phase === "OFFERED").map(({ key }) => key);
  const known = new Set(ringing(before));
  return ringing(view).some((key) => !known.has(key));
}
