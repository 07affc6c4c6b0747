import { LightningElement, api } from "lwc";
import { iconHref } from "c/iconSource";

// Written out, since the open-source build keeps only the style rules whose classes it finds in the sources.
const SIZES = {
  "xx-small": "slds-icon_xx-small",
  "x-small": "slds-icon_x-small",
  small: "slds-icon_small",
  large: "slds-icon_large"
};
// Utility icons are drawn in one of these text colours, the others on a coloured ground of their own.
const COLOURS = {
  default: "slds-icon-text-default",
  error: "slds-icon-text-error",
  light: "slds-icon-text-light",
  success: "slds-icon-text-success",
  warning: "slds-icon-text-warning"
};

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
  /** Colour of a utility icon: default, error, light, success, warning; anything else: white, for a coloured ground. */
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
    const colour = this.name?.startsWith("utility:") ? COLOURS[this.variant] : undefined;
    return ["slds-icon", SIZES[this.size], colour].filter(Boolean).join(" ");
  }
}
