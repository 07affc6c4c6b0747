/** The five tools, from the server's `controls`: their codes and nothing else decide what is allowed. */
import { allowance, codeOf } from "c/allowed";
import { labels, why } from "c/words";

const GOES = new Set([null, "pending"]);

const TOOLS = [
  {
    // In a consult the customer waits anyway: Resume is there only where it is possible.
    on: ({ held_since: held, consult, controls }) => (consult ? GOES.has(controls.resume) : Boolean(held)),
    off: { name: "hold", label: labels.hold, icon: "utility:pause" },
    onward: { name: "resume", label: labels.resume, icon: "utility:play", lit: "amber" },
    key: "KeyH"
  },
  {
    on: ({ muted }) => muted,
    off: { name: "mute", label: labels.mute, icon: "utility:unmuted" },
    onward: { name: "unmute", label: labels.unmute, icon: "utility:muted", lit: "mute" },
    key: "KeyM"
  },
  { off: { name: "digits", label: labels.keypad, icon: "utility:keypad" }, key: "KeyK" },
  {
    // A recording that cannot be stopped now (on hold, masked, always on) reads "Record", off, with the reason.
    on: ({ recording, controls }) => recording === "on" && GOES.has(controls.stop_record),
    off: { name: "record", label: labels.record, icon: "utility:record", code: "stop_record" },
    onward: {
      name: "stop_record",
      label: labels.stopRec,
      full: labels.stopRecording,
      icon: "utility:stop",
      lit: "rec"
    },
    key: "KeyR"
  },
  {
    on: ({ mask }) => mask === "on",
    off: { name: "mask", label: labels.mask, icon: "utility:hide" },
    onward: { name: "unmask", label: labels.unmask, icon: "utility:preview", lit: "amber" },
    key: "KeyP"
  }
];

/** Why a tool is off, as words: in a consult not because the customer waits, but because of the consult. */
function reason({ consult }, name, code) {
  if (!consult || code !== "held") {
    return null;
  }
  return name === "record" ? labels.consultNotRecorded : why("consulting");
}

/** The tools in their five places; a place without a control of the server has `name: null`. */
export function toolsOf(contact, connected, keypadOpen) {
  return TOOLS.map((pair) => {
    const form = pair.on?.(contact) ? pair.onward : pair.off;
    if (!(form.name in contact.controls)) {
      return { id: pair.key, name: null };
    }
    let code = codeOf(contact.controls, form.name, connected);
    if (code === "recording") {
      code = codeOf(contact.controls, form.code, connected);
    }
    const open = form.name === "digits" && keypadOpen;
    return {
      id: pair.key,
      ...form,
      // A word that is short for its name is not read; a name beside it would hold other words than those that are seen.
      short: form.full ? "true" : null,
      ariaLabel: form.full ? null : form.label,
      key: pair.key,
      lit: open ? "open" : (form.lit ?? null),
      ...(form.name === "digits" ? { expanded: String(Boolean(keypadOpen)) } : {}),
      ...allowance(code, contact.asked.includes(form.name), reason(contact, form.name, code))
    };
  });
}
