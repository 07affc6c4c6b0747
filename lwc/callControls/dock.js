/** The bar of the dock, from the server's `controls`: the left third leaves, the right two thirds go on. */
import { allowance, codeOf } from "c/allowed";
import { fill, labels } from "c/words";

export { reasonOf } from "./reason";
export { toolsOf } from "./tools";

const NEUTRAL = "slds-button_neutral";
const QUIET = "slds-button_neutral pp-quiet";
const BRAND = "slds-button_brand";
const RED = "slds-button_destructive";

const BUTTONS = {
  decline: { label: labels.decline, icon: "utility:end_call", key: "KeyX", look: QUIET },
  answer: { label: labels.answer, icon: "utility:call", key: "KeyA", look: "slds-button_success" },
  end: { label: labels.end, icon: "utility:end_call", key: "KeyX", look: RED },
  consult: { label: labels.transferConference, icon: "utility:change_owner", key: "KeyT", look: NEUTRAL },
  abandon: { label: labels.abandon, icon: "utility:end_call", key: "KeyX", look: QUIET },
  merge: { label: labels.merge, icon: "utility:merge", key: "KeyG", look: NEUTRAL },
  transfer: { label: labels.transfer, icon: "utility:change_owner", key: "KeyT", look: NEUTRAL },
  give_back: { label: labels.giveBack, icon: "utility:undo", key: "KeyX", look: NEUTRAL },
  finish: { label: labels.finish, icon: "utility:check", look: BRAND },
  done: { label: labels.done, icon: "utility:check", look: BRAND },
  save_again: { label: labels.saveAgain, icon: "utility:sync", look: BRAND },
  cancel: { label: labels.cancel, key: "KeyX", look: NEUTRAL },
  call: { label: labels.call, icon: "utility:call", look: BRAND },
  emergency: { label: labels.callNow, icon: "utility:call", look: RED }
};

const LEAVE = { label: labels.leave, icon: "utility:leave_conference", look: QUIET };
const SHORT = 4;
const LONG = 8;

function button(name, code, asked = [], changes = {}) {
  const look = { ...BUTTONS[name], ...changes };
  // A small panel has room for the word of what goes on, and for a short one of what leaves, else for its icon only.
  const long = look.icon && (look.key === "KeyX" ? look.label.length > SHORT : name === "consult");
  const word = long ? "slds-truncate pp-roomy" : "slds-truncate";
  const size = look.label.length > LONG ? " pp-long" : "";
  return { name, ...look, word, ...allowance(code, asked.includes(name)), look: `slds-button ${look.look}${size}` };
}

/** What taking an offered contact means: a callback is dialled then, a work item is taken. */
function takes({ kind }) {
  if (kind === "callback") {
    return { label: labels.call };
  }
  return kind === "work_item" || kind === "email" ? { label: labels.accept, icon: "utility:check" } : {};
}

/** A consult that is connected, or waits in its queue, may be transferred: that is what goes on. */
function transfers({ consult, controls }) {
  const ready = ["queued", "connected", "held"].includes(consult.state);
  return ready && controls.transfer === null ? { look: BRAND } : {};
}

function calling(contact, of, open) {
  if (contact.consult) {
    return [of("abandon"), of("merge"), of("transfer", transfers(contact))];
  }
  const away = of("end", contact.conference ? LEAVE : {});
  if (!("consult" in contact.controls)) {
    return [away];
  }
  return [away, { ...of("consult"), expanded: String(open), lit: open ? "open" : null }];
}

function wrapping({ controls }, of) {
  if (controls.save_again !== null) {
    return [of("done")];
  }
  // A Task that Salesforce refuses for good must not keep the agent: Done stays beside Save again.
  return [of("done", { look: NEUTRAL }), of("save_again")];
}

/** The buttons of the bar; `consultOpen`: the list of whom to consult is open. */
export function barOf(contact, connected, consultOpen = false) {
  const { controls, asked } = contact;
  const of = (name, changes) => button(name, codeOf(controls, name, connected), asked, changes);
  if ("answer" in controls) {
    return [of("decline"), of("answer", takes(contact))];
  }
  if ("finish" in controls) {
    return [of("give_back"), of("finish")];
  }
  if ("end" in controls) {
    return calling(contact, of, consultOpen);
  }
  if ("done" in controls) {
    return wrapping(contact, of);
  }
  // A contact that is over: its Task is mended, or the agent goes back.
  return "save_again" in controls ? [button("cancel", null, [], { label: labels.close }), of("save_again")] : [];
}

/** Whether the agent may have more time for wrap-up: a press that is not there when it would do nothing. */
export function mayExtend({ controls }, connected) {
  return controls.extend === null && connected;
}

/**
 * The bar of the outbound screen; `code` says why the number cannot be called now, `emergency` is {number, kind} when it
 * is one that is called at once.
 */
export function outboundBar(code, emergency) {
  if (!emergency) {
    return [button("cancel", null), button("call", code)];
  }
  const look = emergency.kind === "test" ? BRAND : RED;
  return [
    button("cancel", null),
    button("emergency", code, [], { label: fill(labels.callNow, emergency.number), look })
  ];
}
