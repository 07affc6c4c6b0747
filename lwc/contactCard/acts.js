/** What can be done from a small card: take the offered call, or bring the waiting one together with the live one. */
import { allowance, codeOf } from "c/allowed";
import { consultName, linesOf, stageOf } from "c/contactShown";
import { fill, labels } from "c/words";

/** The codes that mean "makes no sense now": such a button is not there at all. */
const SENSELESS = new Set([
  "conference",
  "consulted",
  "no_consult",
  "no_other_call",
  "not_answered",
  "not_connected",
  "not_held",
  "not_now",
  "other_call"
]);

const LOOKS = {
  answer: { label: labels.answer, icon: "utility:call", key: "KeyA", look: "slds-button slds-button_success" },
  decline: { label: labels.decline, icon: "utility:end_call", look: "slds-button slds-button_neutral pp-quiet" },
  swap: { label: labels.swap, icon: "utility:sort", key: "KeyS", look: "slds-button slds-button_neutral" },
  merge: { label: labels.merge, icon: "utility:merge", key: "KeyG", look: "slds-button slds-button_neutral" },
  transfer: { label: labels.transfer, icon: "utility:change_owner", look: "slds-button slds-button_neutral" }
};

const LONG = 8;

function namesOf(contact) {
  const stage = stageOf(contact);
  if (stage === "offered") {
    return ["decline", "answer"];
  }
  if (stage === "consulting") {
    return ["swap"];
  }
  return ["held", "conference"].includes(stage) ? ["swap", "merge", "transfer"] : [];
}

function titleOf(name, who, other) {
  switch (name) {
    case "swap":
      return fill(labels.swapTitle, who, other);
    case "merge":
      return labels.mergeTitle;
    case "transfer":
      return fill(labels.transferTitle, who, other);
    default:
      return null;
  }
}

/** The buttons of a small card; `other` is the name of whom the agent talks to. */
export function actsOf({ contact, shows, connected, other }) {
  const who = shows === "consult" ? consultName(contact.consult) : linesOf(contact).name;
  return namesOf(contact)
    .filter((name) => name in contact.controls && !SENSELESS.has(contact.controls[name]))
    .map((name) => {
      const look = LOOKS[name].label.length > LONG ? `${LOOKS[name].look} pp-long` : LOOKS[name].look;
      const off = allowance(codeOf(contact.controls, name, connected), contact.asked.includes(name));
      return { name, ...LOOKS[name], ...off, look, title: off.title ?? titleOf(name, who, other) };
    });
}
