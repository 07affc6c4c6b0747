import { LightningElement, api } from "lwc";
import { everySecond, now } from "c/clock";
import { duration } from "c/words";

/** Time since `since`, or left until `until`, in milliseconds since 1970; ticks by itself. */
export default class CallTimer extends LightningElement {
  static renderMode = "light";

  @api since;
  @api until;

  at = now();
  stop;

  connectedCallback() {
    this.at = now();
    this.stop = everySecond(() => {
      this.at = now();
    });
  }

  disconnectedCallback() {
    this.stop();
  }

  get length() {
    // What is left is rounded up: "0:00" is shown when the time is over, not a second before.
    return this.until ? Math.ceil((this.until - this.at) / 1000) * 1000 : this.at - this.since;
  }

  get text() {
    return duration(this.length);
  }

  get iso() {
    return `PT${Math.max(0, Math.floor(this.length / 1000))}S`;
  }
}
