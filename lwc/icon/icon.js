import { LightningElement, api } from "lwc";
import { iconHref } from "c/iconSource";

const SIZES = new Set(["xx-small", "x-small", "small", "medium", "large"]);
// Utility icons are drawn in one of these text colours, the others on a coloured ground of their own.
const COLOURS = new Set(["default", "error", "inverse", "light", "success", "warning"]);

/**
 * An SLDS icon. The names are written out in templates and modules ("utility:pause"), since the open-source build
 * carries only the icons that it finds there.
 */
export default class Icon extends LightningElement {
  static renderMode = "light";

  /** Set and symbol, such as "utility:pause" or "standard:contact". */
  @api name;
  /** xx-small, x-small, small, medium (as SLDS draws it) or large. */
  @api size = "medium";
  /** Colour of a utility icon: default, error, inverse, light, success, warning, or "bare" for the text's own. */
  @api variant = "default";
  /** What a screen reader says; without it the icon is decoration. */
  @api alternativeText;
  /** Hover text. */
  @api title;
  /** Classes of the drawing in place of the icon's own, for an icon in a button: "slds-button__icon". */
  @api svgClass;

  get href() {
    return this.name ? iconHref(this.name) : undefined;
  }

  get containerClass() {
    const [set, symbol = ""] = (this.name ?? "").split(":");
    const ground = set === "utility" ? "" : ` slds-icon-${set}-${symbol.replaceAll("_", "-")}`;
    return this.svgClass ? "" : `slds-icon_container${ground}`;
  }

  get svgClasses() {
    if (this.svgClass) {
      return this.svgClass;
    }
    const size = SIZES.has(this.size) && this.size !== "medium" ? ` slds-icon_${this.size}` : "";
    const colour = this.name?.startsWith("utility:") && COLOURS.has(this.variant) ? ` slds-icon-text-${this.variant}` : "";
    return `slds-icon${size}${colour}`;
  }
}
