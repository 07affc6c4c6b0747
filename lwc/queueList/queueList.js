import { LightningElement, api } from "lwc";
import { around, fill, labels } from "c/words";

/** Where it is told, for supervisors: how many agents can be offered something. */
function freeWord({ free }) {
  return free === undefined ? "" : free === 1 ? labels.agentFree : fill(labels.agentsFree, free);
}

/** Who waits, by skill, and how many agents are free where that is told. `queues` is null until the connector has told. */
export default class QueueList extends LightningElement {
  static renderMode = "light";

  @api queues;
  @api heading = labels.waitingInSkills;

  labels = labels;
  longest = around(labels.longest);

  get rows() {
    return (this.queues ?? []).map((row) => ({ ...row, free: freeWord(row) }));
  }

  get known() {
    return Boolean(this.queues);
  }
}
