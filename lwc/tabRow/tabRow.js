import { LightningElement, api } from "lwc";
import { tell } from "c/tell";

const MOVES = { ArrowRight: 1, ArrowLeft: -1 };

/** A row of tabs. Sends `tab` {name, walked}: pressed, or walked to with the arrows, and then it takes the focus. */
export default class TabRow extends LightningElement {
  static renderMode = "light";

  /** [{name, label}] */
  @api tabs = [];
  /** The name of the one that is shown. */
  @api tab;
  /** What they are tabs of. */
  @api label;
  /** The id of what they show. */
  @api controls;

  enter = null;

  renderedCallback() {
    if (this.enter === this.tab) {
      this.querySelector(`[data-name="${this.tab}"]`).focus();
    }
    this.enter = null;
  }

  get items() {
    return this.tabs.map(({ name, label }) => {
      const on = name === this.tab;
      return {
        name,
        label,
        look: on ? "slds-tabs_default__item slds-is-active" : "slds-tabs_default__item",
        selected: String(on),
        tabindex: on ? "0" : "-1"
      };
    });
  }

  press(event) {
    tell(this, "tab", { name: event.currentTarget.dataset.name, walked: false });
  }

  walk(event) {
    const step = MOVES[event.key];
    if (step) {
      const forward = getComputedStyle(event.currentTarget).direction === "rtl" ? -step : step;
      const at = this.tabs.findIndex(({ name }) => name === this.tab);
      const { name } = this.tabs[(at + forward + this.tabs.length) % this.tabs.length];
      this.enter = name;
      tell(this, "tab", { name, walked: true });
      event.preventDefault();
    }
  }
}
