import { LightningElement, api } from "lwc";
import { faceOf, linesOf, recordTitle } from "c/contactShown";
import { tell } from "c/tell";
import { around, explain, fill, labels } from "c/words";

// The letters of ITU-T E.161; the blank keeps the digit of 1 in line with the others.
const LETTERS = ["1 ", "2ABC", "3DEF", "4GHI", "5JKL", "6MNO", "7PQRS", "8TUV", "9WXYZ", "*", "0+", "#"];
const KEYS = LETTERS.map((key) => ({ digit: key[0], letters: key.slice(1).replace(" ", "\u00a0") }));

/**
 * Twelve keys: during a call (`contact`) they send digits, else they write the number of an outbound call. Sends
 * `order` digits, `show`, `outbound` {number | skill | record}, `call`, and `refused` {code}.
 */
export default class DialPad extends LightningElement {
  static renderMode = "light";

  @api contact;
  @api connected = false;
  /** {number, skill, record, error, message}: the outbound call in the making. */
  @api outbound;
  /** What would be dialled for `number`: {number, shown, place, error}, or null while it is not known. */
  @api preview;
  /** Whether the outbound screen needs a way out of its own, as the dock belongs to a live call. */
  @api closes = false;
  /** The agent's outbound skills. */
  @api skills = [];

  labels = labels;
  keys = KEYS;

  /** Puts the caret into the number. */
  @api goToNumber() {
    this.querySelector(".pp-num")?.focus();
  }

  get digitsGoTo() {
    return fill(labels.digitsGoTo, linesOf(this.contact).name);
  }

  get sent() {
    return [...this.contact.digits].slice(-14).join(" ");
  }

  get code() {
    return this.connected ? this.contact.controls.digits : "no_connection";
  }

  get dashed() {
    return this.contact && this.code && this.code !== "pending" ? "true" : null;
  }

  get error() {
    const { error, message, number } = this.outbound;
    const found = error || (number.length > 2 ? this.preview?.error : null);
    return found ? explain(found, message) : "";
  }

  get invalid() {
    return this.error ? "true" : null;
  }

  get previewClass() {
    return this.error ? "pp-preview pp-weak pp-stop" : "pp-preview pp-weak";
  }

  get willDial() {
    if (!this.preview?.shown) {
      return null;
    }
    const { place } = this.preview;
    return place ? around(labels.willDialIn, place) : around(labels.willDial);
  }

  get face() {
    return faceOf(this.outbound.record);
  }

  get recordTitle() {
    return recordTitle(this.outbound.record);
  }

  get removeTitle() {
    return fill(labels.removeRecord, this.recordTitle);
  }

  get several() {
    return this.skills.length > 1;
  }

  get callerId() {
    return this.skills.find(({ id }) => id === this.outbound.skill)?.caller_id;
  }

  renderedCallback() {
    const select = this.querySelector("select");
    if (select) {
      select.value = this.outbound.skill ?? "";
    }
  }

  press(event) {
    const { digit } = event.currentTarget.dataset;
    if (!this.contact) {
      tell(this, "outbound", { number: this.outbound.number + digit });
    } else if (this.dashed) {
      tell(this, "refused", { code: this.code });
    } else {
      tell(this, "order", { name: "digits", contact: this.contact.key, digits: digit });
    }
  }

  close() {
    tell(this, "show", { body: null });
  }

  type(event) {
    tell(this, "outbound", { number: event.target.value });
  }

  erase() {
    tell(this, "outbound", { number: this.outbound.number.slice(0, -1) });
  }

  enter(event) {
    if (event.key === "Enter" && !event.repeat) {
      tell(this, "call");
    }
  }

  chooseSkill(event) {
    tell(this, "outbound", { skill: event.target.value });
  }

  drop() {
    tell(this, "outbound", { record: null });
  }
}
