import { LightningElement, api } from "lwc";
import { allowance } from "c/allowed";
import { consultName, faceOf, linesOf, recordTitle } from "c/contactShown";
import { tell } from "c/tell";
import { around, explain, fill, labels } from "c/words";

// The letters of ITU-T E.161; the blank keeps the digit of 1 in line with the others.
const LETTERS = ["1 ", "2ABC", "3DEF", "4GHI", "5JKL", "6MNO", "7PQRS", "8TUV", "9WXYZ", "*", "0+", "#"];
const KEYS = LETTERS.map((key) => ({ digit: key[0], letters: key.slice(1).replace(" ", "\u00a0") }));

/**
 * Twelve keys: during a call (`contact`) they send digits, else they write the number of an outbound call, or (`bare`) of
 * somebody to consult. Sends `order` digits, `show`, `outbound` {number | skill | record}, `call`, `emergency` {number},
 * and `refused` {code}.
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
  /** Whether it is only a number and its Call button. */
  @api bare = false;
  /** Why the number cannot be called now, or null; for a Call button of its own. */
  @api code;
  /** The agent's outbound skills. */
  @api skills = [];

  labels = labels;
  keys = KEYS;

  /** Puts the caret into the number. */
  @api goToNumber() {
    this.querySelector(".pp-num")?.focus();
  }

  get digitsGoTo() {
    const { consult, in_ear: inEar } = this.contact;
    return fill(labels.digitsGoTo, consult && !inEar ? consultName(consult) : linesOf(this.contact).name);
  }

  get sent() {
    return [...this.contact.digits].slice(-14).join(" ");
  }

  get digitsCode() {
    return this.connected ? this.contact.controls.digits : "no_connection";
  }

  get dashed() {
    return this.contact && this.digitsCode && this.digitsCode !== "pending" ? "true" : null;
  }

  get titled() {
    return !this.bare;
  }

  /** The number is one that is called at once: {title, lines, tone}. */
  get emergency() {
    const { emergency: kind, address = "", shown } = this.preview ?? {};
    if (!kind) {
      return null;
    }
    const test = kind === "test";
    const sent = test ? labels.readBack : labels.verifiedLocal;
    return {
      title: test ? labels.emergencyTest : labels.emergencyNow,
      address,
      verified: address && (test || kind === "local") ? sent : "",
      national: address && kind !== "national" ? "" : test ? labels.readBackNone : labels.nationalRoute,
      test: test ? "" : labels.testWith933,
      call: fill(labels.callNow, shown),
      look: `slds-button ${test ? "slds-button_brand" : "slds-button_destructive"} slds-button_stretch`
    };
  }

  get describedBy() {
    return this.emergency ? "pp-emergency" : "pp-preview";
  }

  /** A screen with more than the number on it has its Call button before the keys, where it needs no scrolling. */
  get callsFirst() {
    return this.closes && !this.contact;
  }

  get call() {
    if (this.emergency) {
      return { label: this.emergency.call, look: this.emergency.look };
    }
    const off = allowance(this.code);
    return { label: labels.call, look: "slds-button slds-button_brand slds-button_stretch", ...off };
  }

  get error() {
    const { error, message, number } = this.outbound;
    if (this.emergency) {
      return "";
    }
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

  get asksSkill() {
    return this.skills.length > 0 && !this.emergency;
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
      tell(this, "refused", { code: this.digitsCode });
    } else {
      tell(this, "order", { name: "digits", contact: this.contact.key, digits: digit });
    }
  }

  callNow(event) {
    if (event.detail > 1) {
      return;
    }
    if (this.emergency) {
      tell(this, "emergency", { number: this.outbound.number.trim() });
    } else if (this.code) {
      tell(this, "refused", { code: this.code });
    } else {
      tell(this, "call");
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
      tell(this, ...(this.emergency ? ["emergency", { number: this.outbound.number.trim() }] : ["call"]));
    }
  }

  chooseSkill(event) {
    tell(this, "outbound", { skill: event.target.value });
  }

  drop() {
    tell(this, "outbound", { record: null });
  }
}
