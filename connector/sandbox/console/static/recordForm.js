/** The New and Edit windows of a record. */

import { api } from "./api.js";
import { button, el, errorBox } from "./dom.js";
import { formRow } from "./formFields.js";
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
  const start = new Map(Object.entries(given).map(([name, value]) => [name, { value }]));
  for (const { name, type: kind } of fields)
    if (kind === "reference" && name in given)
      start.set(name, { value: given[name], ref: await referred(given[name]) });
  openForm(`New ${label}`, fields, start, async (values) => {
    const filled = Object.entries(values).filter(([, value]) => value !== null);
    const { id } = await api.create(type, Object.fromEntries(filled));
    toast(`${label} was created.`);
    await workspace.openRecord(id);
  });
}

/** The Edit window; saving sends only what was changed. */
export async function editWindow(record, workspace) {
  try {
    const { label, fields } = await api.form(record.type, []);
    const before = new Map(record.form.map((cell) => [cell.name, cell]));
    const shown = fields.filter((field) => field.updateable && before.has(field.name));
    openForm(`Edit ${record.name}`, shown, before, async (values) => {
      const changed = Object.entries(values).filter(([name, value]) => value !== before.get(name).value);
      if (changed.length) {
        await api.update(record.id, Object.fromEntries(changed));
        toast(`${label} “${record.name}” was saved.`);
      }
      await workspace.refresh();
    });
  } catch (error) {
    toast(error.message, "error");
  }
}

/** The record behind a default value, for its name. */
async function referred(id) {
  const { type, name, icon } = await api.record(id);
  return { id, type, name, icon };
}

/** `start` maps field names to {value, ref}; `save` gets all values, an empty one as null. */
function openForm(title, fields, start, save) {
  const problems = el("div");
  const rows = new Map(fields.map((field) => [field.name, formRow(field, start.get(field.name) ?? {})]));
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
    ...[...rows.values()].map(({ node }) => node)
  );
  const saving = button("Save", null, "slds-button_brand", { type: "submit", form: "record-form" });

  async function submit() {
    const missing = fields.filter((field) => field.required && rows.get(field.name).value() === null);
    if (missing.length) {
      problems.replaceChildren(
        errorBox(new Error(`Please fill in: ${missing.map((field) => field.label).join(", ")}`))
      );
      rows.get(missing[0].name).focus();
      return;
    }
    saving.disabled = true;
    try {
      const written = Object.fromEntries(fields.map((field) => [field.name, rows.get(field.name).value()]));
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
