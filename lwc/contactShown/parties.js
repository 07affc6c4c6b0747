/** Who belongs to a conference. */
import { fill, labels } from "c/words";
import { linesOf } from "./lines";
import { joined, personOf } from "./people";

/** A key that is left out has its default, and a leg hears the conversation by default. */
const hears = ({ joined: is = true, state }) => is && state !== "ENDED";

function row(contact, leg, me) {
  const { id, role, colleague, number_shown: number = "" } = leg;
  // Who was there from the beginning is there since the answer: a hold in between is no new beginning.
  const first = role === "AGENT" || (role === "CUSTOMER" && !colleague && !leg.name);
  const since = first ? (contact.answered ?? leg.since) : leg.since;
  const is = { id, since, droppable: Boolean(leg.droppable), record: null };
  if (role === "AGENT") {
    return { ...is, name: fill(labels.you, me), detail: labels.agent, face: "standard:user" };
  }
  if (first) {
    const { name, face } = linesOf(contact);
    const shown = name === contact.number_shown ? "" : contact.number_shown;
    return { ...is, name, face, detail: joined(labels.customer, shown), record: personOf(contact) };
  }
  const detail = colleague ? joined(labels.agent, number) : number;
  return { ...is, name: leg.name || number, detail, face: colleague ? "standard:user" : "standard:call" };
}

/** A row for each party that hears the conversation; `me` is the agent's name. */
export function partiesOf(contact, me = "") {
  return contact.legs.filter(hears).map((leg) => row(contact, leg, me));
}
