/** Puts a text on the clipboard; says whether that has worked. Nothing of it is kept here. */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // In a frame of another site the browser may not permit it, but for the command of old.
    return byCommand(text);
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
    focused?.focus();
  }
}
