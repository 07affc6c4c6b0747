/** What a key press means for the panel: Alt and a place on the keyboard, as Option types letters on a Mac. */

const WRITING = "input:not([type=radio]):not([type=checkbox]), textarea, select";

/** The place of the key of a shortcut ("KeyH"), or null. A key that is held down counts once. */
export function shortcutOf({ altKey, ctrlKey, metaKey, shiftKey, repeat, code }) {
  return altKey && !ctrlKey && !metaKey && !shiftKey && !repeat ? code : null;
}

/** The digit that a key press means for the other side, or null: not while something is being written. */
export function digitOf({ key, altKey, ctrlKey, metaKey, repeat, target }) {
  const plain = !altKey && !ctrlKey && !metaKey && !repeat && /^[0-9*#]$/.test(key);
  return plain && !target.closest?.(WRITING) ? key : null;
}

/**
 * The button of `root` that a key press presses, with all its rules, or null. Buttons bear their key in `data-key`, those
 * of the keypad, which count only while it is open, their digit in `data-digit`.
 */
export function buttonFor(event, root, keypadOpen) {
  const digit = keypadOpen ? digitOf(event) : null;
  if (digit) {
    return root.querySelector(`.pp-key[data-digit="${digit}"]`);
  }
  const key = shortcutOf(event);
  return key ? root.querySelector(`[data-key="${key}"]`) : null;
}
