import { LightningElement, api } from "lwc";
import { dotOf, statusWordOf } from "c/agentStates";
import { fill, labels } from "c/words";

const KINDS = {
  inbound: labels.incomingCall,
  outbound: labels.outboundCall,
  callback: labels.callback,
  work_item: labels.workItem,
  email: labels.email
};

/** Everybody who is logged in: what they do, since when, on what, and whether their phone is there. */
export default class StaffList extends LightningElement {
  static renderMode = "light";

  /** {agents, logged_out}, or null until the connector has told. */
  @api staff;

  labels = labels;

  get rows() {
    return (this.staff?.agents ?? []).map(({ id, name, state, reason, since, kinds, phone }) => ({
      id,
      name,
      since,
      dot: dotOf(state),
      state: statusWordOf(state, reason),
      kinds: kinds.map((kind) => KINDS[kind] ?? kind).join(" · "),
      noPhone: !phone
    }));
  }

  get out() {
    return this.staff?.logged_out ? fill(labels.othersOut, this.staff.logged_out) : "";
  }
}
