import { LightningElement, api } from "lwc";
import { around, freeWord, labels } from "c/words";

/** Who waits, by skill, and how many agents are free where that is told. `queues` is null until the connector has told. */
export default class QueueList extends LightningElement {
  static renderMode = "light";

  @api queues;
  @api heading = labels.waitingInSkills;

  labels = labels;
  longest = around(labels.longest);

  get rows() {
    return (this.queues ?? []).map((row) => ({ ...row, free: row.free === undefined ? "" : freeWord(row.free) }));
  }

  get known() {
    return Boolean(this.queues);
  }
}
