/** Click-to-dial: numbers are plain text until the panel enables them. */

import { el, utilityIcon } from "./dom.js";

export class Dialing extends EventTarget {
  #enabled = false;
  #records = new WeakMap();

  get enabled() {
    return this.#enabled;
  }

  set enabled(enabled) {
    this.#enabled = enabled;
    for (const holder of document.querySelectorAll(".lx-dial"))
      this.#paint(holder);
    for (const step of document.querySelectorAll("button[data-call]"))
      step.disabled = !enabled;
  }

  /** A number of a record; `view` is what Open CTI tells of that record. */
  number(number, view) {
    const holder = el("span", { class: "lx-dial", data: { number } });
    this.#records.set(holder, view);
    this.#paint(holder);
    return holder;
  }

  /** The round call button of a Work Queue step; `before` runs first (hvs.onWorkStart). */
  stepButton(number, who, view, before) {
    const label = `Call ${who}, ${number}`;
    return el(
      "button",
      {
        class: "slds-button slds-button_icon slds-button_icon-border-filled",
        type: "button",
        title: label,
        "aria-label": label,
        disabled: !this.#enabled,
        data: { call: number },
        on: {
          click: () => {
            before();
            this.#dial(number, view);
          }
        }
      },
      utilityIcon("call", "slds-button__icon")
    );
  }

  #paint(holder) {
    const { number } = holder.dataset;
    const view = this.#records.get(holder);
    const shown = [utilityIcon("call", ""), number];
    holder.replaceChildren(
      this.#enabled
        ? el(
            "button",
            {
              class: "lx-dial__number slds-button",
              type: "button",
              title: `Call ${number}`,
              "aria-label": `Call ${number}`,
              on: { click: () => this.#dial(number, view) }
            },
            ...shown
          )
        : el(
            "span",
            {
              class: "lx-dial__number lx-dial__number_off",
              title: "Click-to-dial is off until the phone is ready"
            },
            ...shown
          )
    );
  }

  #dial(number, view) {
    this.dispatchEvent(
      new CustomEvent("dial", { detail: { number, params: "", ...view } })
    );
  }
}
