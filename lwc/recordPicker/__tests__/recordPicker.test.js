import "../../../tests/lwc/english";
import { faults } from "../../../tests/lwc/accessible";
import { clean, contact, drawn, listen, message, mount, words } from "../../../tests/lwc/wire";
import RecordPicker from "c/recordPicker";

const live = contact("live");
const show = (props) =>
  mount("c-record-picker", RecordPicker, {
    field: "what",
    what: "records",
    label: "Related To",
    options: live.what_options,
    person: "Mia Chen",
    ...props
  });
const input = (picker) => picker.querySelector("input");
const options = (picker) => [...picker.querySelectorAll('[role="option"]')];
const press = (picker, key) =>
  input(picker).dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));

async function type(picker, text) {
  input(picker).value = text;
  input(picker).dispatchEvent(new CustomEvent("input"));
  await drawn();
}

describe("recordPicker", () => {
  let heard;

  beforeEach(() => {
    Element.prototype.scrollIntoView = jest.fn();
    heard = listen("pick", "picking", "find");
  });

  afterEach(clean);

  it("shows the record, which can be removed", () => {
    const picker = show({ record: live.draft.what.value });
    const [field, remove] = picker.querySelectorAll("button");
    expect([field.getAttribute("role"), words(field)]).toEqual(["combobox", "00001026 Charged twice"]);
    expect(words(picker.querySelector(`label[for="${field.id}"]`))).toBe("Related To");
    remove.click();
    expect(heard).toEqual([["pick", { field: "what", record: null }]]);
  });

  it("opens with what is offered, each with its reason", async () => {
    const picker = show({ record: live.draft.what.value });
    picker.querySelector("button").click();
    await drawn();
    expect(options(picker).map(words)).toEqual([
      "00001026 Charged twiceCase · active tab",
      "Northwind TradersAccount of Mia Chen"
    ]);
    expect(options(picker)[0].getAttribute("aria-selected")).toBe("true");
    expect(document.activeElement).toBe(input(picker));
    options(picker)[1].click();
    expect(heard).toEqual([
      ["picking", { field: "what" }],
      ["picking", { field: null }],
      ["pick", { field: "what", record: live.what_options[1] }]
    ]);
  });

  it("is opened, walked and chosen from by keyboard", async () => {
    const picker = show();
    press(picker, "ArrowDown");
    press(picker, "ArrowDown");
    await drawn();
    const active = picker.querySelector(`#${input(picker).getAttribute("aria-activedescendant")}`);
    expect(words(active)).toContain("Northwind");
    press(picker, "Enter");
    expect(heard.at(-1)).toEqual(["pick", { field: "what", record: live.what_options[1] }]);
  });

  it("closes with Escape and changes nothing", async () => {
    const picker = show({ record: live.draft.what.value });
    picker.querySelector("button").click();
    await drawn();
    press(picker, "Escape");
    await drawn();
    expect(heard.map(([name]) => name)).toEqual(["picking", "picking"]);
    expect(words(picker)).toContain("00001026 Charged twice");
    expect(document.activeElement.id).toBe("pp-what");
  });

  it("searches for what is typed, beside what is offered", async () => {
    const picker = show();
    await type(picker, "north");
    expect(heard).toEqual([
      ["picking", { field: "what" }],
      ["find", { what: "records", text: "north" }]
    ]);
    expect(words(picker)).toContain("Searching");
    const lead = { id: "001x", type: "Account", name: "Northern Lights", detail: "Oslo", why: "search" };
    picker.found = { text: "north", records: [lead, live.what_options[1]], searching: false, error: null };
    await drawn();
    expect(options(picker).map(words)).toEqual([
      "Northwind TradersAccount of Mia Chen",
      "Northern LightsAccount · Oslo · found"
    ]);
  });

  it.each([
    [{ records: [], searching: false, error: null }, "Nothing found"],
    [{ records: [], searching: false, error: "crm_unavailable" }, "Salesforce cannot be reached."],
    [{ records: [], searching: false, error: "timeout" }, "The search did not work. Try again."],
    [{ records: [], searching: true, error: null }, "Searching"]
  ])("says how a search stands: %j", async (found, expected) => {
    const picker = show({ options: [] });
    await type(picker, "zz");
    picker.found = { text: "zz", ...found };
    await drawn();
    expect(words(picker)).toContain(expected);
  });

  it("has nothing to offer before anything is typed", async () => {
    const picker = show({ options: [] });
    input(picker).click();
    await drawn();
    expect(words(picker)).toContain("Nothing to offer: type to search");
  });

  it("closes when the focus goes elsewhere, not when an option is pressed", async () => {
    const picker = show();
    input(picker).focus();
    input(picker).click();
    await drawn();
    const down = new MouseEvent("mousedown", { bubbles: true, cancelable: true });
    options(picker)[0].dispatchEvent(down);
    expect(down.defaultPrevented).toBe(true);
    input(picker).blur();
    await drawn();
    expect(options(picker)).toEqual([]);
  });

  it("says why nothing can be chosen, and what is wrong", () => {
    const closed = show({ closed: "Empty while Name is a Lead" });
    expect(words(closed)).toContain("Empty while Name is a Lead");
    expect(closed.querySelector("input, button")).toBeNull();
    const wrong = show({ error: "pp-attention", record: message("found").records[0] });
    expect(wrong.querySelector("button").getAttribute("aria-invalid")).toBe("true");
    expect(wrong.querySelector("button").getAttribute("aria-describedby")).toBe("pp-attention");
  });

  it("is accessible with a record, open and wrong", async () => {
    const open = show({ record: live.draft.what.value });
    open.querySelector("button").click();
    await drawn();
    expect(options(open)).not.toEqual([]);
    expect(await faults(open)).toEqual([]);
    const record = live.draft.what.value;
    for (const props of [{ record }, { record, error: "pp-attention" }]) {
      clean();
      const reason = document.createElement("p");
      reason.id = "pp-attention";
      document.body.append(reason);
      // eslint-disable-next-line no-await-in-loop
      expect(await faults(show(props))).toEqual([]);
    }
  });
});
