import { LightningElement, api } from "lwc";
import { tell } from "c/tell";
import { labels } from "c/words";
import { barOf, outboundBar, reasonOf, toolsOf } from "./dock";

/**
 * The dock: a line with the reason, five tools in fixed places, and the bar. Sends `order` {name, contact}, `show`
 * {body} for the keypad, `cancel` and `call` for the outbound screen, and `refused` {code} when what is not allowed was
 * pressed.
 */
export default class CallControls extends LightningElement {
  static renderMode = "light";

  /** The contact that the controls act on; null on the outbound screen. */
  @api contact;
  @api connected = false;
  @api keypadOpen = false;
  /** The code of what the agent pressed though it is not allowed. */
  @api pressed;
  /** Why the number of the outbound screen cannot be called, or null. */
  @api outboundCode;
  /** When a mask reminds the agent of itself: 1:00. */
  @api reminder;

  labels = labels;
  stop = "KeyH";

  get tools() {
    if (this.contact?.phase !== "ACTIVE") {
      return null;
    }
    const tools = toolsOf(this.contact, this.connected, this.keypadOpen);
    const stop = tools.some(({ name, key }) => name && key === this.stop) ? this.stop : tools.find((t) => t.name)?.key;
    return tools.map((tool) => ({ ...tool, tabindex: tool.key === stop ? "0" : "-1" }));
  }

  get bar() {
    return this.contact ? barOf(this.contact, this.connected) : outboundBar(this.outboundCode);
  }

  get reason() {
    return reasonOf(this);
  }

  get whyClass() {
    return this.reason ? "pp-why" : "pp-why slds-hide";
  }

  get wrapUp() {
    return this.contact?.phase === "WRAP_UP";
  }

  /** When wrap-up ends by itself; not while a required disposition is missing, which keeps the agent in it. */
  get ends() {
    const { wrap_up_ends: ends, controls } = this.contact;
    return controls.done === "disposition_required" ? null : ends;
  }

  get endless() {
    return !this.contact.wrap_up_ends;
  }

  get barClass() {
    return this.contact?.phase === "OFFERED" ? "pp-bar pp-bar_big" : "pp-bar";
  }

  press(event) {
    // The second click of a double click would press what has come to stand in this place.
    if (event.detail > 1) {
      return;
    }
    const { name } = event.currentTarget.dataset;
    const code = [...(this.tools ?? []), ...this.bar].find((one) => one.name === name).code;
    if (code && !(name === "digits" && this.keypadOpen)) {
      tell(this, "refused", { code });
    } else if (name === "digits") {
      tell(this, "show", { body: this.keypadOpen ? null : "keypad" });
    } else if (name === "cancel" || name === "call") {
      tell(this, name);
    } else {
      tell(this, "order", { name, contact: this.contact.key });
    }
  }

  reached(event) {
    this.stop = event.currentTarget.dataset.key;
  }

  /** Arrows go from tool to tool: the toolbar is one stop of the Tab key. */
  walk(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) {
      const tools = [...event.currentTarget.querySelectorAll(".pp-tool")];
      const forward = getComputedStyle(event.currentTarget).direction === "rtl" ? -step : step;
      tools[(tools.indexOf(event.target) + forward + tools.length) % tools.length].focus();
      event.preventDefault();
    }
  }
}
