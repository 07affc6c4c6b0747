/** Short messages at the top of the page; they go by themselves, errors stay until closed. */

import { el, iconButton, utilityIcon } from "./dom.js";

const SHOWN_MS = 6000;

export function toast(text, kind = "success") {
  const node = el(
    "div",
    {
      class: `slds-notify slds-notify_toast slds-theme_${kind} lx-toast`,
      role: kind === "error" ? "alert" : null
    },
    utilityIcon(kind, "slds-icon slds-icon_small lx-toast__icon"),
    el("div", { class: "slds-notify__content" }, text),
    iconButton("close", "Close", () => node.remove(), "slds-button_icon-inverse lx-toast__close")
  );
  document.getElementById("toasts").append(node);
  if (kind !== "error") window.setTimeout(() => node.remove(), SHOWN_MS);
}
