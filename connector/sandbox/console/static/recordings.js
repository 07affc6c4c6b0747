/** Links to what was recorded, opened as a page of the org does it: with the user's session token, in a form. */

import { api } from "./api.js";
import { el } from "./dom.js";

let connector = null;

/** Recordings are where the panel is; a token goes nowhere else. */
export function recordingsWith(panelUrl) {
  connector = new URL(panelUrl).origin;
}

/** The link, or null for one that leads somewhere else. */
export function recordingLink(address) {
  if (new URL(address, window.location.origin).origin !== connector) return null;
  const open = async (event) => {
    event.preventDefault();
    const { runApex } = await api.apex({ apexClass: "PhonePanelSession", methodName: "token" });
    const form = el(
      "form",
      { method: "post", action: address, target: "_blank", rel: "noopener", hidden: true },
      el("input", { type: "hidden", name: "token", value: runApex })
    );
    document.body.append(form);
    form.submit();
    form.remove();
  };
  return el("a", { href: address, on: { click: open } }, address);
}
