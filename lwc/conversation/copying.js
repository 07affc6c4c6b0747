/** Puts a text on the clipboard; says whether that has worked. Nothing of it is kept here. */
export async function copyText(text) {
  // The command of old works in a frame of another site too, where the browser does not permit the other way.
  if (byCommand(text)) {
    return true;
  }
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

function byCommand(text) {
  const focused = document.activeElement;
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "slds-assistive-text";
  document.body.append(area);
  area.select();
  try {
    return document.execCommand("copy");
  } catch {
    return false;
  } finally {
    area.remove();
    focused?.focus({ preventScroll: true });
  }
}
