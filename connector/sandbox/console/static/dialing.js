/** Click-to-dial: numbers are plain text until the panel enables them. */

import { el, utilityIcon } from "./dom.js";

const SWEEP_EVERY = 500;
const OFF = "Click-to-dial is off: the phone is not ready, or the administrator does not allow it";

export class Dialing extends EventTarget {
  #enabled = false;
  /** What to do with each number and button when dialling goes on or off; some are not on the page just now. */
  #painters = new Map();

  get enabled() {
    return this.#enabled;
  }

  set enabled(enabled) {
    this.#enabled = enabled;
    this.#sweep();
    for (const [reference, paint] of this.#painters) paint(reference.deref());
  }

  /** A number of a record; `view` is what Open CTI tells of that record. */
  number(number, view) {
    const holder = el("span", { class: "lx-dial", data: { number } });
    const paint = (node) => this.#paint(node, view);
    this.#remember(holder, paint);
    paint(holder);
    return holder;
  }

  /** The round call button of a Work Queue step; `pressed` gets the function that dials. */
  stepButton(number, who, view, pressed) {
    const label = `Call ${who}, ${number}`;
    const paint = (node) => {
      node.disabled = !this.#enabled;
      node.title = this.#enabled ? label : OFF;
    };
    const call = el(
      "button",
      {
        class: "slds-button slds-button_icon slds-button_icon-border-filled",
        type: "button",
        "aria-label": label,
        data: { call: number },
        on: {
          click: () => pressed(() => this.#dial(number, view))
        }
      },
      utilityIcon("call", "slds-button__icon")
    );
    this.#remember(call, paint);
    paint(call);
    return call;
  }

  #remember(node, paint) {
    if (this.#painters.size % SWEEP_EVERY === 0) this.#sweep();
    this.#painters.set(new WeakRef(node), paint);
  }

  /** Pages that were left do not keep their numbers. */
  #sweep() {
    for (const reference of this.#painters.keys()) if (!reference.deref()) this.#painters.delete(reference);
  }

  #paint(holder, view) {
    const { number } = holder.dataset;
    const shown = [utilityIcon("call", ""), el("span", { class: "slds-truncate" }, number)];
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
              title: OFF
            },
            ...shown
          )
    );
  }

  #dial(number, view) {
    this.dispatchEvent(new CustomEvent("dial", { detail: { number, params: "", ...view } }));
  }
}
