import { LightningElement, api } from "lwc";
import { around, labels } from "c/words";

/** Who waits in the agent's skills. `queues` is null until the connector has told. */
export default class QueueList extends LightningElement {
  static renderMode = "light";

  @api queues;

  labels = labels;
  longest = around(labels.longest);

  get rows() {
    return this.queues ?? [];
  }

  get known() {
    return Boolean(this.queues);
  }
}
