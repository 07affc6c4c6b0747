import { LightningElement, api } from "lwc";
import { tell } from "c/tell";
import { around, duration, fill, labels, outcomeWord } from "c/words";
import { actsOf } from "./acts";
import { cardOf } from "./card";

/**
 * One contact, or (`shows` consult) whom its agent consults: who on the left, state and timer in a column of fixed width
 * on the right. A small card bears what can be done with it. Sends `open`, `order` {name, contact}, `refused` {code}.
 */
export default class ContactCard extends LightningElement {
  static renderMode = "light";

  @api contact;
  /** contact or consult. */
  @api shows = "contact";
  /** Whether the controls act on it; the others are small. */
  @api now = false;
  @api connected = false;
  /** The name of whom the agent talks to, on a small card. */
  @api other;

  labels = labels;
  callTime = around(labels.callTime);

  get small() {
    return !this.now;
  }

  get card() {
    return cardOf(this.contact, this.shows);
  }

  get lines() {
    return this.card.lines;
  }

  get stage() {
    return this.card.stage;
  }

  get word() {
    return this.card.word;
  }

  /** That a call is connected, its running timer says as well where there is no room. */
  get wordClass() {
    return this.stage === "connected" ? "pp-weak pp-card__plain" : "pp-weak";
  }

  get since() {
    return this.card.since;
  }

  get consult() {
    return this.shows === "consult";
  }

  get cardClass() {
    const { small, now } = this;
    const edge = this.stage === "held" ? " pp-card_hold" : now ? " pp-card_now" : "";
    const beside = this.acts.length === 1 ? " pp-card_beside" : "";
    return `pp-card${small ? " pp-card_small" : ""}${edge}${beside}`;
  }

  get faceSize() {
    return this.small ? "x-small" : "medium";
  }

  get openTitle() {
    return fill(labels.openRecord, this.lines.name);
  }

  /** On the card of a live contact. */
  get live() {
    return this.now && !this.consult && (this.stage === "connected" || this.stage === "conference");
  }

  get showMasked() {
    return this.live && this.contact.mask === "on";
  }

  get showRec() {
    return this.live && this.contact.recording === "on" && !this.showMasked;
  }

  get showCallTime() {
    const over = this.stage === "held" || this.stage === "wrap_up";
    return this.now && !this.consult && Boolean(this.contact.answered) && over;
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

  get address() {
    const { emergency, address, phase } = this.contact;
    if (!this.now || !emergency || phase !== "ACTIVE") {
      return "";
    }
    return address ? fill(labels.addressSent, address) : labels.addressNone;
  }

  get passedOn() {
    const { sender, phase } = this.contact;
    return this.now && !this.consult && sender && phase === "ACTIVE" ? fill(labels.passedOn, sender) : "";
  }

  get acts() {
    return this.small ? actsOf(this) : [];
  }

  get actsClass() {
    const { length } = this.acts;
    return length === 1
      ? "pp-card__acts pp-card__acts_one"
      : `pp-card__acts pp-card__acts_${length > 2 ? "three" : "two"}`;
  }

  open() {
    tell(this, "open", { record: this.lines.record });
  }

  press(event) {
    // The second click of a double click would press what has come to stand in this place.
    if (event.detail > 1) {
      return;
    }
    const { name, code } = this.acts.find((act) => act.name === event.currentTarget.dataset.act);
    if (code) {
      tell(this, "refused", { code });
    } else {
      tell(this, "order", { name, contact: this.contact.key });
    }
  }
}
