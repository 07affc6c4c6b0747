import { LightningElement, api } from "lwc";
import { allowance, codeOf } from "c/allowed";
import { partiesOf } from "c/contactShown";
import { tell } from "c/tell";
import { fill, labels } from "c/words";

/**
 * Who is in a conference, since when, and whom the agent may drop, which asks once more. Sends `order` {name, contact,
 * leg}, `open` {record}, `refused` {code}.
 */
export default class PartyList extends LightningElement {
  static renderMode = "light";

  @api contact;
  /** The agent's own name. */
  @api me;
  @api connected = false;

  labels = labels;
  asking = null;
  enter = null;

  get rows() {
    const off = allowance(codeOf(this.contact.controls, "drop", this.connected));
    return partiesOf(this.contact, this.me).map((party) => ({
      ...party,
      ...off,
      drop: fill(labels.dropParty, party.name),
      sure: fill(labels.dropSure, party.name),
      asks: party.id === this.asking
    }));
  }

  renderedCallback() {
    const go = this.enter;
    this.enter = null;
    if (go) {
      this.querySelector(go)?.focus();
    }
  }

  legOf(event) {
    return event.currentTarget.dataset.leg;
  }

  open(event) {
    tell(this, "open", { record: this.rows.find(({ id }) => id === this.legOf(event)).record });
  }

  ask(event) {
    const { id, code } = this.rows.find((row) => row.id === this.legOf(event));
    if (code) {
      tell(this, "refused", { code });
    } else {
      this.asking = id;
      this.enter = '[data-answer="no"]';
    }
  }

  keep() {
    this.enter = `[data-leg="${this.asking}"][data-act="drop"]`;
    this.asking = null;
  }

  drop() {
    tell(this, "order", { name: "drop", contact: this.contact.key, leg: this.asking });
    this.asking = null;
  }

  keys(event) {
    if (event.key === "Escape") {
      this.keep();
      event.preventDefault();
      event.stopPropagation();
    }
  }
}
