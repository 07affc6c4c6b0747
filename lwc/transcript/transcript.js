/** The items of a live transcript, in memory only: the connector's in the panel, and the panel's beside a record. */
const MOST = 1000;

/**
 * `items` with the changed ones in their places and without the dropped ones, by when they began; an older revision than
 * the one that is there changes nothing. Of more than a thousand the oldest are gone.
 */
export function merged(items, changed, dropped = []) {
  const found = new Map(items.map((item) => [item.id, item]));
  for (const item of changed) {
    const known = found.get(item.id);
    if (!((known?.revision ?? 0) > (item.revision ?? 0))) {
      found.set(item.id, item);
    }
  }
  dropped.forEach((id) => found.delete(id));
  return [...found.values()].sort((one, other) => one.began - other.began).slice(-MOST);
}
