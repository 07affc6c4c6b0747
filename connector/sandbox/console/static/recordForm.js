/** The New and Edit windows of a record. */

import { api } from "./api.js";
import { button, el, errorBox } from "./dom.js";
import { showModal } from "./modal.js";
import { toast } from "./toast.js";

/**
 * The New window with `defaults` filled in; resolves when it is open. Saving makes the record in the org and opens it.
 * Rejects when the object or one of the default fields does not exist.
 */
export async function newWindow(type, defaults, workspace) {
  const given = Object.fromEntries(
    Object.entries(defaults).filter(([, value]) => value !== undefined && value !== null)
  );
  const { label, fields } = await api.form(type, Object.keys(given));
  openForm(`New ${label}`, fields, given, async (values) => {
    const { id } = await api.create(type, values);
    toast(`${label} was created.`);
    await workspace.openRecord(id);
  });
}

/** The Edit window; saving sends only what was changed. */
export async function editWindow(record, workspace) {
  try {
    const { label, fields } = await api.form(record.type, []);
    const before = Object.fromEntries(
      [...record.details, ...record.highlights].map(({ name, value }) => [name, value ?? ""])
    );
    const shown = fields.filter((field) => field.updateable && field.name in before);
    openForm(`Edit ${record.name}`, shown, before, async (values) => {
      const changed = Object.fromEntries(
        Object.entries(values).filter(([name, value]) => value !== (before[name] || null))
      );
      if (Object.keys(changed).length) {
        await api.update(record.id, changed);
        toast(`${label} “${record.name}” was saved.`);
      }
      await workspace.refresh();
    });
  } catch (error) {
    toast(error.message, "error");
  }
}

function openForm(title, fields, values, save) {
  const problems = el("div");
  const inputs = new Map();
  const form = el(
    "form",
    {
      class: "lx-form",
      id: "record-form",
      novalidate: true,
      on: {
        submit: (event) => {
          event.preventDefault();
          submit();
        }
      }
    },
    ...fields.map((field) => row(field, values[field.name] ?? "", inputs))
  );
  const saving = button("Save", () => submit(), "slds-button_brand", {
    type: "submit",
    form: "record-form"
  });
  saving.type = "button";

  async function submit() {
    const missing = fields.filter((field) => field.required && !valueOf(inputs.get(field.name)));
    if (missing.length) {
      problems.replaceChildren(
        errorBox(new Error(`Please fill in: ${missing.map((field) => field.label).join(", ")}`))
      );
      inputs.get(missing[0].name).focus();
      return;
    }
    saving.disabled = true;
    try {
      const written = Object.fromEntries(fields.map((field) => [field.name, valueOf(inputs.get(field.name))]));
      await save(written);
      close();
    } catch (error) {
      problems.replaceChildren(errorBox(error));
    } finally {
      saving.disabled = false;
    }
  }

  const close = showModal(title, el("div", {}, problems, form), [saving]);
}

function valueOf(input) {
  if (input.type === "checkbox") return input.checked;
  if (input.value === "") return null;
  return input.type === "number" ? Number(input.value) : input.value;
}

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

function row(field, value, inputs) {
  const id = `form-${field.name}`;
  const input = control(field, value, id);
  inputs.set(field.name, input);
  return el(
    "div",
    {
      class: `slds-form-element ${field.type === "textarea" ? "lx-form__wide" : ""}`
    },
    el(
      "label",
      { class: "slds-form-element__label", for: id },
      field.required ? el("abbr", { class: "slds-required", title: "required" }, "* ") : null,
      field.label
    ),
    el("div", { class: "slds-form-element__control" }, input)
  );
}

function control(field, value, id) {
  const props = {
    id,
    name: field.name,
    class: "slds-input",
    required: field.required,
    maxlength: field.length || null
  };
  if (field.type === "picklist") {
    const options = field.options.map(([name, label]) =>
      el("option", { value: name, selected: name === value }, label)
    );
    return el(
      "select",
      { id, name: field.name, class: "slds-select" },
      el("option", { value: "" }, "--None--"),
      ...options
    );
  }
  if (field.type === "textarea") {
    const area = el("textarea", { ...props, class: "slds-textarea", rows: 4 });
    area.value = value;
    return area;
  }
  const input = el("input", {
    ...props,
    class: field.type === "boolean" ? "" : "slds-input",
    type: INPUT_TYPES[field.type] ?? "text",
    step: ["double", "currency", "percent"].includes(field.type) ? "any" : null
  });
  if (field.type === "boolean") input.checked = value === true;
  else input.value = value;
  if (field.type === "reference") input.placeholder = `Id of ${field.targets.join(" or ")}`;
  return input;
}
