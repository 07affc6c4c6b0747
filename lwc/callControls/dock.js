/** What stands in the dock, from the server's `controls`: their codes and nothing else decide what is allowed. */
import { fill, labels, why } from "c/words";

const TOOLS = [
  {
    on: ({ held_since: held }) => Boolean(held),
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
    on: ({ recording, controls }) => recording === "on" && [null, "pending"].includes(controls.stop_record),
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

/** What a button needs to show that it is not allowed, with the reason, or that its order is under way. */
function allowance(code, waiting = false) {
  return {
    code,
    disabled: code ? "true" : null,
    describedBy: code ? "pp-why" : null,
    title: code ? why(code) : null,
    waiting: waiting && code === "pending" ? "true" : null,
    // While an order is under way its neighbours are closed for a moment: they do not change their looks for that.
    dashed: code && code !== "pending" ? "true" : null
  };
}

const allowedCode = (controls, name, connected) => (connected ? (controls[name] ?? null) : "no_connection");

/** The tools in their five places; a place without a control of the server has `name: null`. */
export function toolsOf(contact, connected, keypadOpen) {
  return TOOLS.map((pair) => {
    const form = pair.on?.(contact) ? pair.onward : pair.off;
    if (!(form.name in contact.controls)) {
      return { id: pair.key, name: null };
    }
    let code = allowedCode(contact.controls, form.name, connected);
    if (code === "recording") {
      code = allowedCode(contact.controls, form.code, connected);
    }
    const open = form.name === "digits" && keypadOpen;
    return {
      id: pair.key,
      ...form,
      full: form.full ?? form.label,
      key: pair.key,
      lit: open ? "open" : (form.lit ?? null),
      ...(form.name === "digits" ? { expanded: String(Boolean(keypadOpen)) } : {}),
      ...allowance(code, contact.asked.includes(form.name))
    };
  });
}

const BUTTONS = {
  decline: { label: labels.decline, icon: "utility:end_call", key: "KeyX", look: "slds-button_neutral pp-quiet" },
  answer: { label: labels.answer, icon: "utility:call", key: "KeyA", look: "slds-button_success" },
  end: { label: labels.end, icon: "utility:end_call", key: "KeyX", look: "slds-button_destructive" },
  done: { label: labels.done, icon: "utility:check", look: "slds-button_brand" },
  save_again: { label: labels.saveAgain, icon: "utility:sync", look: "slds-button_brand" },
  cancel: { label: labels.cancel, key: "KeyX", look: "slds-button_neutral" },
  call: { label: labels.call, icon: "utility:call", look: "slds-button_brand" }
};

const SHORT = 6;

function button(name, code, asked = []) {
  const look = BUTTONS[name];
  // A small panel has room for the word of what goes on, and for a short one of what leaves, else for its icon only.
  const long = look.key === "KeyX" && look.icon && look.label.length > SHORT;
  const word = long ? "slds-truncate pp-roomy" : "slds-truncate";
  return { name, ...look, word, ...allowance(code, asked.includes(name)), look: `slds-button ${look.look}` };
}

/** The bar: the left third leaves, the right two thirds go on. */
export function barOf(contact, connected) {
  const { controls, asked } = contact;
  const of = (name) => button(name, allowedCode(controls, name, connected), asked);
  const names = Object.keys(controls);
  if (names.includes("answer")) {
    return [of("decline"), of("answer")];
  }
  if (names.includes("end")) {
    return [of("end")];
  }
  if (!names.includes("done")) {
    return [];
  }
  if (controls.save_again !== null) {
    return [of("done")];
  }
  // A Task that Salesforce refuses for good must not keep the agent: Done stays beside Save again.
  return [{ ...of("done"), look: "slds-button slds-button_neutral" }, of("save_again")];
}

/** The bar of the outbound screen; `code` says why the number cannot be called now. */
export function outboundBar(code) {
  return [button("cancel", null), button("call", code)];
}

/** The sentence over the tools, or "": why what was pressed, or what matters most, cannot be done. */
export function reasonOf({ contact, connected, pressed, outboundCode, reminder }) {
  if (pressed) {
    return why(pressed);
  }
  if (!contact) {
    return outboundCode ? why(outboundCode) : "";
  }
  if (!connected) {
    return contact.phase === "ACTIVE" ? labels.codeNoConnection : labels.codeOffline;
  }
  const { end, done, answer } = contact.controls;
  if (end === "held") {
    return labels.codeHeld;
  }
  if (contact.mask === "on") {
    return fill(labels.maskReminder, reminder);
  }
  const code = end ?? done ?? answer;
  return code && code !== "pending" ? why(code) : "";
}
