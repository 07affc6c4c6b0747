/** The words and menu entries of the agent's status. */
import { dotOf, statusWordOf } from "c/agentStates";
import { fill, labels, why } from "c/words";

export { dotOf };

const LIVE = new Set(["dialling", "ringing", "connected", "held", "consulting", "conference"]);

/** The word for what the agent does now, from the stages of the calls. */
export function statusWord(agent, stages) {
  if (!agent) {
    return labels.connecting;
  }
  if (agent.state !== "WORKING") {
    return statusWordOf(agent.state, agent.reason);
  }
  const calls = stages.filter((stage) => LIVE.has(stage));
  if (calls.length > 1) {
    return fill(labels.onCalls, calls.length);
  }
  if (calls.length) {
    return calls[0] === "conference" ? labels.inConference : labels.onCall;
  }
  return stages.includes("offered") ? labels.ringing : labels.working;
}

/** What the agent will be after the call, when that was chosen. */
export function afterwards({ next_state: state, next_reason: reason }) {
  return state ? fill(labels.afterwards, statusWordOf(state, reason)) : "";
}

function entry(id, label, { code, checked, ...rest }) {
  const chosen = checked === undefined ? {} : { checked: String(checked), tick: checked };
  const role = checked === undefined ? "menuitem" : "menuitemradio";
  return { id, label, role, code, disabled: code ? "true" : null, title: code ? why(code) : null, ...chosen, ...rest };
}

function keepLine({ persistent: checked = false }, code) {
  const order = { name: "line", on: !checked };
  return entry("keep_line", labels.keepLine, { code, checked, role: "menuitemcheckbox", order });
}

/** The entries of the status menu: Available, Unavailable with its reasons, the phone's line, Log out. */
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
    // A phone that takes calls by itself has nothing to choose.
    ...(agent.line || agent.persistent ? [keepLine(agent, code)] : []),
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
