import { LightningElement, api } from "lwc";
import { isCall, linesOf } from "c/contactShown";
import { around, duration, fill, labels } from "c/words";

const KINDS = { callback: labels.callback, email: labels.email, work_item: labels.workItem };
const ICONS = { callback: "utility:call", email: "utility:email", work_item: "utility:work_queue" };

/** What is offered, large: who or what it is, for which skill, and how long it has waited. */
export default class OfferedCall extends LightningElement {
  static renderMode = "light";

  @api contact;

  get lines() {
    return linesOf(this.contact);
  }

  get heading() {
    return [this.kindWord, this.contact.skill_name].filter(Boolean).join(" · ");
  }

  get kindWord() {
    const { kind, direction, asked_by: by } = this.contact;
    if (by) {
      return labels.consultRequest;
    }
    if (direction === "internal") {
      return labels.colleagueCalls;
    }
    return KINDS[kind] ?? labels.incomingCall;
  }

  get icon() {
    return ICONS[this.contact.kind] ?? "utility:incoming_call";
  }

  get details() {
    return (this.contact.payload ?? []).map((line, id) => ({ ...line, id }));
  }

  /** Which call of a callback it would be, from the second on. */
  get attempt() {
    const { kind, attempts = 0 } = this.contact;
    return kind === "callback" && attempts ? fill(labels.attempt, attempts + 1) : "";
  }

  get second() {
    const { place, direction } = this.contact;
    if (!isCall(this.contact)) {
      return "";
    }
    return this.lines.record || direction === "internal" ? this.lines.second : place;
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
