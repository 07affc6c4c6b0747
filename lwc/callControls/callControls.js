import { LightningElement, api } from "lwc";
import { tell } from "c/tell";
import { labels } from "c/words";
import { barOf, mayExtend, outboundBar, reasonOf, toolsOf } from "./dock";

/** What a press opens or closes in the body, by the name of its button. */
const OPENS = { digits: "keypad", consult: "consult" };

/**
 * The dock: a line with the reason, five tools in fixed places, and the bar. Sends `order` {name, contact}, `show`
 * {body} for keypad and consult, `cancel`, `call` and `emergency` {number} for the outbound screen, and `refused` {code}
 * when what is not allowed was pressed.
 */
export default class CallControls extends LightningElement {
  static renderMode = "light";

  /** The contact that the controls act on; null on the outbound screen. */
  @api contact;
  @api connected = false;
  @api keypadOpen = false;
  /** Whether the list of whom to consult is open. */
  @api consultOpen = false;
  /** Whether a press there calls at once. */
  @api choosing = false;
  /** The agent's other contacts. */
  @api others = [];
  /** The code of what the agent pressed though it is not allowed. */
  @api pressed;
  /** Why the number of the outbound screen cannot be called, or null. */
  @api outboundCode;
  /** {number, kind} when the outbound screen's number is called at once, or null. */
  @api emergency;
  /** When a mask reminds the agent of itself: 1:00. */
  @api reminder;

  labels = labels;
  stop = "KeyH";

  get tools() {
    if (this.contact?.phase !== "ACTIVE" || !("hold" in this.contact.controls)) {
      return null;
    }
    const tools = toolsOf(this.contact, this.connected, this.keypadOpen);
    const stop = tools.some(({ name, key }) => name && key === this.stop) ? this.stop : tools.find((t) => t.name)?.key;
    return tools.map((tool) => ({ ...tool, tabindex: tool.key === stop ? "0" : "-1" }));
  }

  get bar() {
    return this.contact
      ? barOf(this.contact, this.connected, this.consultOpen)
      : outboundBar(this.outboundCode, this.emergency);
  }

  get moreTime() {
    return this.wrapUp && mayExtend(this.contact, this.connected);
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
    const body = OPENS[name];
    const open = { keypad: this.keypadOpen, consult: this.consultOpen }[body];
    if (code && !open) {
      tell(this, "refused", { code });
    } else if (body) {
      tell(this, "show", { body: open ? null : body });
    } else if (name === "emergency") {
      tell(this, name, { number: this.emergency.number });
    } else if (name === "cancel" || name === "call") {
      tell(this, name);
    } else {
      tell(this, "order", { name, contact: this.contact.key });
    }
  }

  extend() {
    tell(this, "order", { name: "extend", contact: this.contact.key });
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
