/** The words and menu entries of the agent's status. */
import { fill, labels, why } from "c/words";

const DOTS = { AVAILABLE: "pp-dot pp-dot_on", WORKING: "pp-dot pp-dot_busy", WRAP_UP: "pp-dot pp-dot_busy" };

/** Full disc, half disc or ring: never a colour alone. */
export function dotOf(state) {
  return DOTS[state] ?? "pp-dot";
}

function named(state, reason) {
  switch (state) {
    case "AVAILABLE":
      return labels.available;
    case "UNAVAILABLE":
      // The one reason that the connector gives by itself has its word in the agent's language.
      return reason === "No phone" ? labels.noPhone : reason || labels.unavailable;
    case "WRAP_UP":
      return labels.wrapUp;
    case "LOGGED_OUT":
      return labels.loggedOut;
    default:
      return labels.working;
  }
}

/** The word for what the agent does now; `calls` and `ringing` are the numbers of live and offered calls. */
export function statusWord(agent, calls, ringing) {
  if (!agent) {
    return labels.connecting;
  }
  if (agent.state !== "WORKING") {
    return named(agent.state, agent.reason);
  }
  if (calls > 1) {
    return fill(labels.onCalls, calls);
  }
  if (calls) {
    return labels.onCall;
  }
  return ringing ? labels.ringing : labels.working;
}

/** What the agent will be after the call, when that was chosen. */
export function afterwards({ next_state: state, next_reason: reason }) {
  return state ? fill(labels.afterwards, named(state, reason)) : "";
}

function entry(id, label, { code, checked, ...rest }) {
  const chosen = checked === undefined ? {} : { checked: String(checked), tick: checked };
  const role = checked === undefined ? "menuitem" : "menuitemradio";
  return { id, label, role, code, disabled: code ? "true" : null, title: code ? why(code) : null, ...chosen, ...rest };
}

/** The entries of the status menu: Available, Unavailable with its reasons, Log out. */
export function statusItems(agent, reasons) {
  const state = agent.next_state ?? agent.state;
  const reason = agent.next_state ? agent.next_reason : agent.reason;
  const code = agent.controls.set_state;
  const away = (id, label, why_) =>
    entry(id, label, {
      code,
      dot: "pp-dot",
      checked: state === "UNAVAILABLE" && (reason ?? null) === why_,
      order: { name: "set_state", state: "UNAVAILABLE", reason: why_ }
    });
  return [
    entry("available", labels.available, {
      code,
      dot: dotOf("AVAILABLE"),
      checked: state === "AVAILABLE",
      order: { name: "set_state", state: "AVAILABLE" }
    }),
    { id: "header", header: labels.unavailable },
    ...(reasons.length
      ? reasons.map((name) => away(`reason ${name}`, name, name))
      : [away("unavailable", labels.unavailable, null)]),
    { id: "line", line: true },
    entry("log_out", labels.logOut, {
      code: agent.controls.log_out,
      icon: "utility:logout",
      order: { name: "log_out" }
    })
  ];
}

/** The entries of New. */
export function createItems() {
  return [entry("call", labels.newCall, { icon: "utility:call", show: { body: "outbound" } })];
}
