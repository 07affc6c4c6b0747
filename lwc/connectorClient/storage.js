/**
 * What a panel keeps across a reload. Browsers that block storage in frames of another site throw on every use; then
 * it is kept in memory only, which is said once.
 */
const memory = new Map();
let blocked = false;

function tried(work, otherwise) {
  if (!blocked) {
    try {
      return work(window.sessionStorage);
    } catch (error) {
      blocked = true;
      console.error("This browser keeps nothing for the panel: drafts do not survive a reload.", error);
    }
  }
  return otherwise();
}

/** The value kept under the key, or `otherwise`. */
export function kept(key, otherwise) {
  const text = tried(
    (storage) => storage.getItem(key),
    () => memory.get(key)
  );
  if (text === null || text === undefined) {
    return otherwise;
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    console.error(`What was kept under ${key} cannot be read.`, error);
    return otherwise;
  }
}

/** Keeps the value under the key, or forgets it when it is null. */
export function keep(key, value) {
  const text = JSON.stringify(value);
  tried(
    (storage) => (value === null ? storage.removeItem(key) : storage.setItem(key, text)),
    () => memory.set(key, value === null ? null : text)
  );
}
