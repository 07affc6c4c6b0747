/** What a button needs to show that it is not allowed, and why. The codes are the server's; nothing here decides. */
import { why } from "c/words";

/** The code of why a control cannot be used, or null. A control that the server does not name is not looked at here. */
export function codeOf(controls, name, connected) {
  return connected ? (controls[name] ?? null) : "no_connection";
}

/** The attributes of a button with that code; `waiting`: its own order is under way; `text` in place of the code's. */
export function allowance(code, waiting = false, text = null) {
  return {
    code,
    disabled: code ? "true" : null,
    describedBy: code ? "pp-why" : null,
    title: code ? (text ?? why(code)) : null,
    waiting: waiting && code === "pending" ? "true" : null,
    // While an order is under way its neighbours are closed for a moment: they do not change their looks for that.
    dashed: code && code !== "pending" ? "true" : null
  };
}
