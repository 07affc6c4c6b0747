/** The sentence over the tools: why what was pressed, or what matters most, cannot be done. */
import { consultName, linesOf } from "c/contactShown";
import { fill, labels, why } from "c/words";

function consultReason(contact) {
  const { consult, controls } = contact;
  const { name } = linesOf(contact);
  if (controls.transfer === "masked") {
    return why("masked");
  }
  switch (consult.state) {
    case "queued":
      return fill(labels.transferQueue, name, consult.name);
    case "connected":
      // From a consult out of a conference, or back to a customer who is there already, there is nothing to swap.
      return contact.in_ear || contact.conference
        ? labels.consultNotRecorded
        : `${fill(labels.swapGoesBack, name)} ${labels.consultNotRecorded}`;
    case "held":
      return fill(labels.swapGoesBack, consultName(consult));
    default:
      return fill(controls.transfer === null ? labels.transferNow : labels.whenAnswers, consultName(consult));
  }
}

/** What became of a consult that is over: the customer waits, and should be told about. */
function lostConsult(contact) {
  const { problem, held_since: held } = contact;
  if (!problem?.code.startsWith("consult_")) {
    return "";
  }
  const { name } = linesOf(contact);
  return held ? fill(labels.stillOnHold, why(problem.code), name) : why(problem.code);
}

/** What the others of the panel have to say about the call that the controls act on. */
function around(contact, { choosing, others = [] }) {
  if (choosing && contact.controls.consult === null && !contact.held_since) {
    return contact.conference ? labels.othersTalkOn : fill(labels.goesOnHold, linesOf(contact).name);
  }
  if (contact.conference) {
    return labels.notInConference;
  }
  if (others.some(({ held_since: held, phase }) => held && phase === "ACTIVE")) {
    return fill(labels.controlsActOn, linesOf(contact).name);
  }
  return others.some(({ parked }) => parked) ? labels.emailComesBack : "";
}

function live(contact, shown) {
  const { controls, mask } = contact;
  if (mask === "on") {
    return fill(labels.maskReminder, shown.reminder);
  }
  const lost = lostConsult(contact);
  if (lost) {
    return lost;
  }
  if (controls.mute === "lift_phone") {
    return why(controls.mute);
  }
  if (controls.end === "held") {
    return shown.consultOpen ? "" : labels.codeHeld;
  }
  return controls.end && controls.end !== "pending" ? why(controls.end) : around(contact, shown);
}

/** The sentence, or "". */
export function reasonOf(shown) {
  const { contact, connected, pressed, outboundCode } = shown;
  if (pressed) {
    return why(pressed);
  }
  if (!contact) {
    return outboundCode ? why(outboundCode) : "";
  }
  if (!connected) {
    return contact.phase === "ACTIVE" && contact.legs.length ? labels.codeNoConnection : labels.codeOffline;
  }
  if (contact.consult) {
    return consultReason(contact);
  }
  if (contact.phase === "ACTIVE" && "end" in contact.controls) {
    return live(contact, shown);
  }
  const { done, answer, finish } = contact.controls;
  const code = done ?? answer ?? finish;
  return code && code !== "pending" ? why(code) : "";
}
