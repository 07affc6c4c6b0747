import { LightningElement, api } from "lwc";
import { linesOf } from "c/contactShown";
import { around, duration, labels } from "c/words";

/** A call that rings, large: who it is, for which skill, and how long the customer has waited. */
export default class OfferedCall extends LightningElement {
  static renderMode = "light";

  @api contact;

  get lines() {
    return linesOf(this.contact);
  }

  get heading() {
    return [labels.incomingCall, this.contact.skill_name].filter(Boolean).join(" · ");
  }

  get second() {
    return this.lines.record ? this.lines.second : this.contact.place;
  }

  get number() {
    const { number_shown: number } = this.contact;
    return number === this.lines.name ? "" : number;
  }

  get wait() {
    return duration(this.contact.offered - this.contact.started);
  }

  get waited() {
    const { skill_name: skill } = this.contact;
    return skill ? around(labels.waited, skill) : around(labels.waitedOnly);
  }
}
