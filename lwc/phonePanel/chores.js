/** What the connector asks one panel to do in Salesforce, once. */
const CHORES = {
  screen_pop: (host, { record }) => host.popRecord(record.id),
  search_pop: (host, { text }) => host.popSearch(text),
  url_pop: (host, { text }) => host.popUrl(text),
  refresh: (host) => host.refresh(),
  complete_work: (host, { text, task_id: task, disposition, connected = true }) =>
    host.completeWork({ work: text, task, disposition, connected })
};

/** The function that does a chore of that kind, with the host and the message; it raises an error when it did not work. */
export function chores(kind) {
  if (!Object.hasOwn(CHORES, kind)) {
    throw new Error(`${kind} is not a chore that this panel knows.`);
  }
  return CHORES[kind];
}
