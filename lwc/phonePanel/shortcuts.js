/** Keyboard shortcuts: Alt and a place on the keyboard, as Option types letters on a Mac. */
import { labels } from "c/words";

/** The list as it is shown: keys and what they do. */
export const SHORTCUTS = [
  ["Alt A", labels.answer],
  ["Alt X", labels.keyLeave],
  ["Alt H", labels.keyHold],
  ["Alt M", labels.keyMute],
  ["Alt K", labels.keypad],
  ["Alt R", labels.keyRecord],
  ["Alt P", labels.keyMask],
  ["Alt C", labels.comments],
  ["Alt N", labels.newCall],
  ["Alt V", labels.agentStatus],
  ["Esc", labels.keyEsc],
  ["Alt /", labels.keyList]
].map(([keys, does]) => ({ keys, does }));

/** The place of the key of a shortcut ("KeyH"), or null. A key that is held down counts once. */
export function shortcutOf({ altKey, ctrlKey, metaKey, shiftKey, repeat, code }) {
  return altKey && !ctrlKey && !metaKey && !shiftKey && !repeat ? code : null;
}

const WRITING = "input:not([type=radio]):not([type=checkbox]), textarea, select";

/** The digit that a key press means for the other side, or null: not while something is being written. */
export function digitOf({ key, altKey, ctrlKey, metaKey, target }) {
  const plain = !altKey && !ctrlKey && !metaKey && /^[0-9*#]$/.test(key);
  return plain && !target.closest?.(WRITING) ? key : null;
}
