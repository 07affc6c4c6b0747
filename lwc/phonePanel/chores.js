/** What the connector asks one panel to do in Salesforce, once. */
const CHORES = {
  screen_pop: (host, { record }) => host.popRecord(record.id),
  search_pop: (host, { text }) => host.popSearch(text),
  url_pop: (host, { text }) => host.popUrl(text),
  flow_pop: (host, { text, arguments: args = {} }) => host.popFlow(text, args),
  new_record: (host, { text, fields = {} }) => host.newRecord(text, fields),
  layout_pop: (host, { layout, record, text, fields = {}, arguments: args = {} }) =>
    host.popByLayout({ ...layout, record, number: text, fields, args }),
  refresh: (host) => host.refresh(),
  complete_work: (host, { text, task_id: task, disposition, connected = true }) =>
    host.completeWork({ work: text, task, disposition, connected })
};

/**
 * A page's chores. One is offered, and done when the connector says that it is this page's. What was done once is not
 * done again, however often it is asked for: the connector may not have heard of it.
 */
export class Chores {
  offered = new Map();
  done = new Map();

  constructor(host) {
    this.host = host;
  }

  offer(chore) {
    this.offered.set(chore.id, chore);
  }

  /** Does the chore that was offered; resolves with {chore, error}, or null when none was. */
  async begin(id) {
    const chore = this.offered.get(id);
    this.offered.delete(id);
    if (!chore) {
      return null;
    }
    // A step of a Work Queue is completed once, by whatever name the connector asks for it after a restart.
    const once = chore.kind === "complete_work" ? `${chore.kind} ${chore.text}` : id;
    if (!this.done.has(once)) {
      this.done.set(once, this.work(chore));
    }
    const error = await this.done.get(once);
    if (error) {
      this.done.delete(once);
    }
    return { chore, error };
  }

  /** Resolves with the error, or null. */
  async work(chore) {
    try {
      if (!Object.hasOwn(CHORES, chore.kind)) {
        throw new Error(`${chore.kind} is not a chore that this panel knows.`);
      }
      await CHORES[chore.kind](this.host, chore);
    } catch (error) {
      console.error(`The chore ${chore.kind} could not be done.`, error);
      return error;
    }
    return null;
  }
}
