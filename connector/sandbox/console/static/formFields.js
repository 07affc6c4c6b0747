/** The fields of a form: a row for each type of describe, with its label, its first value and how to read it. */

import { el } from "./dom.js";
import { lookup } from "./lookup.js";

const INPUT_TYPES = {
  phone: "tel",
  email: "email",
  url: "url",
  date: "date",
  int: "number",
  double: "number",
  currency: "number",
  percent: "number",
  boolean: "checkbox"
};

/** {node, value(), focus()}; value() is null for an empty field. `start` is {value, ref}. */
export function formRow(field, start) {
  const id = `form-${field.name}`;
  const made =
    field.type === "reference"
      ? lookup({ id, label: field.label, targets: field.targets, required: field.required, chosen: start.ref ?? null })
      : plainControl(field, start.value ?? "", id);
  const node = el(
    "div",
    { class: `slds-form-element ${field.type === "textarea" ? "lx-form__wide" : ""}` },
    el(
      "label",
      { class: "slds-form-element__label", for: id },
      field.required ? el("abbr", { class: "slds-required", title: "required" }, "* ") : null,
      field.label
    ),
    el("div", { class: "slds-form-element__control" }, made.node)
  );
  return {
    node,
    value: () => valueOf(made.input),
    focus: () => node.querySelector("input:not([type=hidden]), select, textarea, button").focus()
  };
}

function valueOf(input) {
  if (input.type === "checkbox") return input.checked;
  if (input.value === "") return null;
  return input.type === "number" ? Number(input.value) : input.value;
}

function plainControl(field, value, id) {
  const props = {
    id,
    name: field.name,
    class: "slds-input",
    required: field.required,
    maxlength: field.length || null
  };
  if (field.type === "picklist") return same(picklist(field, value, id));
  if (field.type === "textarea") {
    const area = el("textarea", { ...props, class: "slds-textarea", rows: 4 });
    area.value = value;
    return same(area);
  }
  const input = el("input", {
    ...props,
    class: field.type === "boolean" ? "" : "slds-input",
    type: INPUT_TYPES[field.type] ?? "text",
    step: ["double", "currency", "percent"].includes(field.type) ? "any" : null
  });
  if (field.type === "boolean") input.checked = value === true;
  else input.value = value;
  return same(input);
}

/** A control that is its own input. */
function same(node) {
  return { node, input: node };
}

function picklist(field, value, id) {
  const options = field.options.map(([name, label]) => el("option", { value: name, selected: name === value }, label));
  return el(
    "select",
    { id, name: field.name, class: "slds-select" },
    el("option", { value: "" }, "--None--"),
    ...options
  );
}
