import { LightningElement, api } from "lwc";
import { labels } from "c/words";

/** The supervisor's tab: Tasks that need attention, Salesforce, queues and agents, each as the connector tells it. */
export default class Supervisor extends LightningElement {
  static renderMode = "light";

  @api tasks;
  @api skills;
  @api staff;
  @api locale;

  labels = labels;
}
