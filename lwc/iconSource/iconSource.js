/**
 * Where an icon's drawing is, as the address of an SVG symbol. This is the org's answer: its own sprites. The
 * open-source build puts a module in this place that carries just the icons in use.
 * @param {string} name set and symbol, such as "utility:pause"
 * @returns {string} value for the href of an SVG <use>
 */
export function iconHref(name) {
  const [set, symbol] = name.split(":");
  return `/_slds/icons/${set}-sprite/svg/symbols.svg#${symbol}`;
}
