/** The place in the comments where the agent was writing when the page was reloaded. */
import { keep, kept } from "c/connectorClient";

const KEPT = "phone-panel-caret";

/** Keeps where the caret is, if it is in the comments of that contact. */
export function keepCaret(root, contact) {
  const area = root.querySelector("#pp-comments:focus");
  keep(KEPT, area && contact ? { contact: contact.key, start: area.selectionStart, end: area.selectionEnd } : null);
}

/** {contact, start, end} or null; it is forgotten at once. */
export function takeCaret() {
  const caret = kept(KEPT, null);
  keep(KEPT, null);
  return caret;
}
