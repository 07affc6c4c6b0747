/** Making elements: text is always text, never markup. */

const SVG = "http://www.w3.org/2000/svg";

/**
 * An element. `props` are attributes; `on` holds event listeners, `data` the data-attributes; true is an attribute
 * without a value, false and null leave it out. Children are nodes or texts; null, undefined and false are left out.
 */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === false || value === null || value === undefined) continue;
    if (name === "on") {
      for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    } else if (name === "data") {
      Object.assign(node.dataset, value);
    } else {
      node.setAttribute(name, value === true ? "" : value);
    }
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

function sprite(set, name, classes) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", classes);
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `/static/vendor/${set}-sprite.svg#${name}`);
  svg.append(use);
  return svg;
}

export function utilityIcon(name, classes = "slds-icon slds-icon_x-small slds-icon-text-default") {
  return sprite("utility", name, classes);
}

/** The coloured tile of an object. */
export function objectIcon(name, size = "") {
  return el(
    "span",
    {
      class: `slds-icon_container slds-icon-standard-${name.replaceAll("_", "-")}`
    },
    sprite("standard", name, `slds-icon ${size}`)
  );
}

export function button(label, on, classes = "slds-button_neutral", props = {}) {
  return el(
    "button",
    {
      class: `slds-button ${classes}`,
      type: "button",
      on: on ? { click: on } : {},
      ...props
    },
    label
  );
}

export function iconButton(name, label, on, classes = "", props = {}) {
  return el(
    "button",
    {
      class: `slds-button slds-button_icon slds-button_icon-container ${classes}`,
      type: "button",
      title: label,
      "aria-label": label,
      on: { click: on },
      ...props
    },
    utilityIcon(name, "slds-button__icon")
  );
}

/** A white card with a heading; `tools` stand at its right end. */
export function card(title, { icon, tools = [], label = title } = {}, ...body) {
  return el(
    "section",
    { class: "lx-card", "aria-label": label },
    el(
      "header",
      {},
      icon && objectIcon(icon, "slds-icon_x-small"),
      el("h2", {}, title),
      el("span", { class: "slds-col_bump-left" }),
      ...tools
    ),
    ...body
  );
}

/** What stands where there is nothing yet. */
export function emptyState(text) {
  return el("p", { class: "lx-empty slds-text-color_weak" }, text);
}

/** Errors of the org or of a call, one line each. */
export function errorBox(error, retry) {
  const lines = (error.errors ?? [{ message: error.message, code: error.name }]).map(({ message, code, fields }) =>
    el("p", {}, message, fields?.length ? ` (${fields.join(", ")})` : "", " ", el("code", {}, code))
  );
  return el(
    "div",
    { class: "lx-error", role: "alert" },
    utilityIcon("error", "slds-icon slds-icon_small slds-icon-text-error"),
    el("div", { class: "slds-col" }, ...lines),
    retry && button("Try again", retry)
  );
}
