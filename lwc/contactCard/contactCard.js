import { LightningElement, api } from "lwc";
import { linesOf, sinceOf, stageOf } from "c/contactShown";
import { tell } from "c/tell";
import { around, duration, fill, labels, outcomeWord } from "c/words";

const STAGES = {
  offered: labels.ringing,
  dialling: labels.dialling,
  ringing: labels.ringing,
  connected: labels.connected,
  held: labels.onHold,
  wrap_up: labels.wrapUp
};

/** One contact: who on the left, its state and timer in a column of fixed width on the right. Sends `open`. */
export default class ContactCard extends LightningElement {
  static renderMode = "light";

  @api contact;
  /** Whether the controls act on it; the others are small. */
  @api now = false;

  labels = labels;
  callTime = around(labels.callTime);

  get small() {
    return !this.now;
  }

  get lines() {
    return linesOf(this.contact);
  }

  get stage() {
    return stageOf(this.contact);
  }

  get stageWord() {
    return STAGES[this.stage];
  }

  get since() {
    return sinceOf(this.contact);
  }

  get cardClass() {
    const { small, now } = this;
    const edge = this.stage === "held" ? " pp-card_hold" : now ? " pp-card_now" : "";
    return `pp-card${small ? " pp-card_small" : ""}${edge}`;
  }

  get faceSize() {
    return this.small ? "x-small" : "medium";
  }

  get openTitle() {
    return fill(labels.openRecord, this.lines.name);
  }

  get showMasked() {
    return this.now && this.stage === "connected" && this.contact.mask === "on";
  }

  get showRec() {
    return this.now && this.stage === "connected" && this.contact.recording === "on" && !this.showMasked;
  }

  get showCallTime() {
    return this.now && Boolean(this.contact.answered) && (this.stage === "held" || this.stage === "wrap_up");
  }

  /** Why there was no conversation. */
  get outcome() {
    const none = this.now && this.stage === "wrap_up" && !this.contact.answered && this.contact.outcome;
    return none ? outcomeWord(none) : "";
  }

  get callRuns() {
    return this.stage === "held";
  }

  get callLength() {
    return duration(this.contact.ended - this.contact.answered);
  }

  open() {
    tell(this, "open", { record: this.lines.record });
  }
}
