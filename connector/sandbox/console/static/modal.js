/**
 * A window over the page. The phone and the utility bar stay usable, since a window may pop in the middle of a call;
 * the rest of the page is inert until it closes.
 */

import { button, el, iconButton } from "./dom.js";

let open = null;
let serial = 0;

/** Shows `body` under `title` with `actions` (buttons) in its foot; returns a function that closes it. */
export function showModal(title, body, actions = [], { closed } = {}) {
  open?.();
  serial += 1;
  const heading = `window-title-${serial}`;
  const before = document.activeElement;
  const behind = ["header", "app-bar", "tabs", "page"].map((id) => document.getElementById(id));
  const close = () => {
    if (open !== close) return;
    open = null;
    layer.remove();
    for (const node of behind) node.inert = false;
    if (before?.isConnected) before.focus();
    closed?.();
  };
  const layer = el(
    "div",
    {
      class: "lx-window",
      on: { keydown: (event) => event.key === "Escape" && close() }
    },
    el(
      "section",
      { class: "lx-window__box", role: "dialog", "aria-labelledby": heading },
      el(
        "header",
        {},
        el("h2", { id: heading, class: "slds-text-heading_medium" }, title),
        iconButton("close", "Close", () => close())
      ),
      el("div", { class: "lx-window__body" }, body),
      el(
        "footer",
        {},
        button(actions.length ? "Cancel" : "Close", () => close()),
        ...actions
      )
    )
  );
  open = close;
  for (const node of behind) node.inert = true;
  document.getElementById("windows").append(layer);
  const first = layer.querySelector("input, select, textarea");
  (first ?? layer.querySelector("footer button")).focus();
  return close;
}
