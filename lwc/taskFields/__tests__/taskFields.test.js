import "../../../tests/lwc/english";
import { faults } from "../../../tests/lwc/accessible";
import { clean, contact, drawn, listen, message, mount, words } from "../../../tests/lwc/wire";
import TaskFields from "c/taskFields";

const described = message("described");
const KEY = "01JD-live";

const show = (props) =>
  mount("c-task-fields", TaskFields, { contact: contact("wrapup_asked"), described, bad: [], ...props });
const only = (...names) => ({ fields: described.fields.filter(({ name }) => names.includes(name)), error: null });
const control = (form, name) => form.querySelector(`#pp-${name}`);

function given(values) {
  const one = contact("wrapup_asked");
  one.draft.given = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value, revision: 1 }]));
  return one;
}

function set(element, value, event = "input") {
  Object.assign(element, { value });
  element.dispatchEvent(new CustomEvent(event));
}

describe("taskFields", () => {
  let heard;

  beforeEach(() => {
    heard = listen("write", "flush", "describe");
  });

  afterEach(clean);

  it("has a label and a control of its own kind for each field, with the org's help or the field's limits", () => {
    const form = show();
    const rows = [...form.querySelectorAll(".pp-given__row")].map((row) => [
      words(row.querySelector(".pp-given__label")),
      row.querySelector("select, textarea, [role=group], input").type ?? "group",
      words(row.querySelector("[id$=-hint]") ?? document.createElement("p"))
    ]);
    expect(rows).toEqual([
      ["*Region", "select-one", ""],
      ["Visit On", "date", ""],
      ["Promised At", "datetime-local", ""],
      ["Amount", "text", "Without tax."],
      ["Consent", "checkbox", ""],
      ["Site", "text", "Id of a record: Account"],
      ["Findings", "textarea", "Up to 500 characters"],
      ["Reasons for the call and what the customer had tried before", "group", ""],
      ["Order Number", "text", ""],
      ["Contact Mail", "email", ""],
      ["Talk Formula", "text", ""]
    ]);
    expect(control(form, "Region__c").labels[0].querySelector("abbr").title).toBe("required");
    expect(control(form, "Order_Number__c").maxLength).toBe(12);
    expect(control(form, "Amount__c").inputMode).toBe("decimal");
  });

  it.each([
    [{ digits: 4, decimals: 2 }, "Up to 4 digits and 2 decimals"],
    [{ digits: 4 }, "Whole number, up to 4 digits"],
    [{}, ""]
  ])("says what a number field takes: %j", (limits, hint) => {
    const field = { name: "Amount__c", label: "Amount", kind: "number", ...limits };
    const form = show({ described: { fields: [field], error: null } });
    expect(words(form)).toBe(`Amount${hint}`);
  });

  it("offers a picklist's values, with what was chosen although it is offered no more", () => {
    const texts = (form) => [...control(form, "Region__c").options].map(words);
    expect(texts(show())).toEqual(["Choose", "North", "South", "West"]);
    clean();
    const form = show({ contact: given({ Region__c: "East" }) });
    expect(texts(form)).toEqual(["Choose", "North", "South", "West", "East"]);
    expect(control(form, "Region__c").value).toBe("East");
  });

  it("shows what was given so far", () => {
    const form = show({
      contact: given({
        Region__c: "West",
        Visit_On__c: "2026-12-01",
        Promised_At__c: "2026-12-01T09:30:00Z",
        Amount__c: "12.5",
        Consent__c: "true",
        Reasons__c: "Quality",
        Findings__c: "Two\nlines"
      })
    });
    const value = (name) => control(form, name).value;
    expect(["Region__c", "Visit_On__c", "Amount__c", "Findings__c"].map(value)).toEqual([
      "West",
      "2026-12-01",
      "12.5",
      "Two\nlines"
    ]);
    const at = new Date("2026-12-01T09:30:00Z");
    expect(new Date(value("Promised_At__c")).getTime()).toBe(at.getTime());
    expect(control(form, "Consent__c").checked).toBe(true);
    expect([...form.querySelectorAll("[role=group] input")].map(({ checked }) => checked)).toEqual([false, true]);
  });

  it("writes what is typed, chosen and ticked as text, and flushes when a text loses the focus", () => {
    const form = show({ contact: given({ Reasons__c: "Quality" }) });
    set(control(form, "Region__c"), "North", "change");
    set(control(form, "Visit_On__c"), "2026-12-24");
    set(control(form, "Promised_At__c"), "2026-12-24T09:30", "change");
    set(control(form, "Amount__c"), "12.5");
    control(form, "Amount__c").dispatchEvent(new CustomEvent("blur"));
    const box = control(form, "Consent__c");
    box.checked = true;
    box.dispatchEvent(new CustomEvent("change"));
    const [price] = form.querySelectorAll("[role=group] input");
    price.checked = true;
    price.dispatchEvent(new CustomEvent("change"));
    const write = (field, value) => ["write", { contact: KEY, field, value }];
    const at = `${new Date("2026-12-24T09:30").toISOString().slice(0, 19)}Z`;
    expect(heard).toEqual([
      write("Region__c", "North"),
      write("Visit_On__c", "2026-12-24"),
      write("Promised_At__c", at),
      write("Amount__c", "12.5"),
      ["flush", null],
      write("Consent__c", "true"),
      write("Reasons__c", "Price;Quality")
    ]);
    set(control(form, "Promised_At__c"), "", "change");
    price.checked = false;
    form.contact = given({ Reasons__c: "Price" });
    expect(heard.at(-1)).toEqual(write("Promised_At__c", ""));
  });

  it("marks what Salesforce has refused, and says of a value what the connector has against it", () => {
    const form = show({
      bad: ["Region__c"],
      problem: { contact: KEY, field: "Amount__c", code: "value_wrong" }
    });
    const region = control(form, "Region__c");
    expect([region.getAttribute("aria-invalid"), region.getAttribute("aria-describedby")]).toEqual([
      "true",
      "pp-attention"
    ]);
    const amount = control(form, "Amount__c");
    expect(amount.getAttribute("aria-invalid")).toBe("true");
    expect(amount.getAttribute("aria-describedby")).toBe("pp-Amount__c-problem pp-Amount__c-hint");
    expect(words(form.querySelector("#pp-Amount__c-problem"))).toBe("This field does not take that.");
    expect(control(form, "Visit_On__c").hasAttribute("aria-invalid")).toBe(false);
    clean();
    const other = show({ problem: { contact: "another", field: "Amount__c", code: "value_wrong" } });
    expect(other.querySelector("[id$=-problem]")).toBeNull();
  });

  it("closes what the connector may not write, and says whom to ask", () => {
    const closed = control(show(), "Talk_Formula__c");
    expect([closed.disabled, closed.value]).toEqual([true, "Cannot be filled in here: ask your administrator."]);
  });

  it("leaves a field alone that is being written", async () => {
    const form = show({ contact: given({ Amount__c: "1" }) });
    const amount = control(form, "Amount__c");
    amount.focus();
    amount.value = "12";
    form.contact = given({ Amount__c: "1" });
    await drawn();
    expect(amount.value).toBe("12");
    amount.blur();
    form.contact = given({ Amount__c: "13" });
    await drawn();
    expect(amount.value).toBe("13");
  });

  it("says that it is asked what they take, and asks again when that failed", async () => {
    const form = show({ described: undefined });
    expect(words(form)).toBe("Looking up the fields in Salesforce…");
    form.described = message("described_error");
    await drawn();
    expect(words(form)).toBe("Salesforce could not be asked what is to be filled in.Try again");
    form.querySelector("button").click();
    expect(heard).toEqual([["describe", { contact: KEY }]]);
  });

  it.each([
    ["all", described],
    ["few", only("Region__c", "Findings__c")],
    ["none yet", undefined],
    ["failed", message("described_error")]
  ])("is accessible: %s", async (_, fields) => {
    const said = document.createElement("p");
    said.id = "pp-attention";
    document.body.append(said);
    expect(await faults(show({ described: fields, bad: ["Region__c"] }))).toEqual([]);
  });
});
