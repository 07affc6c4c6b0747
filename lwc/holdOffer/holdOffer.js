import { LightningElement, api } from "lwc";
import { tell } from "c/tell";
import { fill, labels } from "c/words";

/** A call was asked for while another is in the agent's ear: hold that one and call? Sends `holdcall` and `cancel`. */
export default class HoldOffer extends LightningElement {
  static renderMode = "light";

  /** {number, shown, record, skillName}: whom to call. */
  @api wanted;
  /** The name of whom the agent talks to. */
  @api live;
  /** Why it cannot be done, as words, or "". */
  @api problem;

  labels = labels;

  /** Puts the focus on the question. */
  @api goToOffer() {
    this.querySelector('[data-answer="yes"]').focus();
  }

  get heading() {
    const { record } = this.wanted;
    return record?.name ? fill(labels.callName, record.name) : labels.outboundCall;
  }

  get skill() {
    const { skillName } = this.wanted;
    return skillName ? fill(labels.withSkill, skillName) : "";
  }

  get still() {
    return fill(labels.stillOnLine, this.live);
  }

  call(event) {
    if (event.detail < 2) {
      tell(this, "holdcall");
    }
  }

  cancel() {
    tell(this, "cancel");
  }
}
