/** A menu behind a button: arrow keys, Home, End, Escape; focus goes back to the button. */

import { el, utilityIcon } from "./dom.js";

/** `items()` gives [{label, icon, checked, on, href} | {heading} | {text}] each time that the menu opens. */
export function menuButton(opener, label, items) {
  let open = null;

  function close({ focus = true } = {}) {
    if (!open) return;
    open.remove();
    open = null;
    opener.setAttribute("aria-expanded", "false");
    document.removeEventListener("pointerdown", outside, true);
    window.removeEventListener("blur", lost);
    if (focus) opener.focus();
  }

  function outside(event) {
    if (!open.contains(event.target) && !opener.contains(event.target)) close({ focus: false });
  }

  function lost() {
    close({ focus: false });
  }

  function move(by) {
    const all = [...open.querySelectorAll("[role^=menuitem]")];
    const at = all.indexOf(document.activeElement);
    const to = by === Infinity ? all.length - 1 : by === -Infinity ? 0 : at + by;
    all[(to + all.length) % all.length]?.focus();
  }

  function key(event) {
    const moves = {
      ArrowDown: 1,
      ArrowUp: -1,
      Home: -Infinity,
      End: Infinity
    };
    if (event.key === "Escape" || event.key === "Tab") {
      close();
    } else if (event.key in moves) {
      event.preventDefault();
      move(moves[event.key]);
    }
  }

  function show() {
    open = el(
      "div",
      { class: "slds-dropdown lx-menu", on: { keydown: key } },
      el(
        "ul",
        { class: "slds-dropdown__list", role: "menu", "aria-label": label },
        ...items().map((item) =>
          line(item, () => {
            close();
            item.on();
          })
        )
      )
    );
    document.body.append(open);
    const at = opener.getBoundingClientRect();
    open.style.top = `${at.bottom + 4}px`;
    open.style.right = `${Math.max(8, window.innerWidth - at.right)}px`;
    opener.setAttribute("aria-expanded", "true");
    document.addEventListener("pointerdown", outside, true);
    window.addEventListener("blur", lost);
    open.querySelector("[role^=menuitem]")?.focus();
  }

  opener.setAttribute("aria-expanded", "false");
  opener.addEventListener("click", () => (open ? close() : show()));
}

function line(item, chosen) {
  if (item.heading || item.text) {
    return el(
      "li",
      {
        class: item.heading ? "slds-dropdown__header lx-menu__heading" : "lx-menu__text slds-text-color_weak",
        role: "presentation"
      },
      item.heading ?? item.text
    );
  }
  return el(
    "li",
    { class: "slds-dropdown__item", role: "presentation" },
    el(
      "button",
      {
        class: "slds-button lx-menu__item",
        type: "button",
        role: item.checked === undefined ? "menuitem" : "menuitemradio",
        "aria-checked": item.checked === undefined ? null : String(item.checked),
        tabindex: "-1",
        on: { click: chosen }
      },
      utilityIcon(item.checked ? "check" : (item.icon ?? ""), "slds-icon slds-icon_x-small slds-icon-text-default"),
      el("span", { class: "slds-truncate" }, item.label)
    )
  );
}
