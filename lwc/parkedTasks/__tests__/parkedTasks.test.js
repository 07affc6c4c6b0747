import "../../../tests/lwc/english";
import { faults } from "../../../tests/lwc/accessible";
import { NOW, clean, drawn, listen, message, mount, words } from "../../../tests/lwc/wire";
import ParkedTasks from "c/parkedTasks";

const TASKS = message("tasks");
const [GRACE, UNKNOWN] = TASKS.parked;
const QUIET = { ...TASKS.budget, rest_until: null, rest_why: null };
const NONE = { ...TASKS, parked: [], parked_total: 0, budget: QUIET };

const show = (tasks = TASKS) => mount("c-parked-tasks", ParkedTasks, { tasks, locale: "en_GB" });
const button = (list, name) =>
  [...list.querySelectorAll("button")].find((one) => (one.getAttribute("aria-label") ?? words(one)) === name);

async function press(list, name) {
  button(list, name).focus();
  button(list, name).click();
  await drawn();
}

async function write(list, text) {
  const box = list.querySelector("textarea");
  box.value = text;
  box.dispatchEvent(new CustomEvent("input", { bubbles: true }));
  await drawn();
}

describe("parkedTasks", () => {
  let heard;

  beforeEach(() => {
    jest.useFakeTimers({ now: NOW });
    heard = listen("order", "keydown");
  });

  afterEach(() => {
    clean();
    jest.useRealTimers();
  });

  it("shows whose Task it is, of which contact, when, Salesforce's own words and the cure", () => {
    const list = show();
    const rows = [...list.querySelectorAll("li")].map(words);
    expect(rows[0]).toMatch(/^Grace Okafor ?\d\d:\d\d ?Sam Rivera · Call with Grace Okafor/);
    expect(rows[0]).toContain("Support calls need a call result.");
    expect(rows[0]).toContain("a validation rule refuses it: mend what it says, or the rule; then retry");
    expect(rows[1]).toMatch(/^\(628\) 555-0172/);
    expect(list.querySelector("b").title).toBe("Grace Okafor");
    expect(words(list.querySelector('[role="status"]'))).toBe("3 need attention");
    expect(words(list)).toContain("The oldest 2 of 3");
  });

  it("names a caller without a name and a number, and a refusal without a cure", () => {
    const bare = { ...GRACE, name: "", number_shown: "", subject: "", message: "", cure: "" };
    const row = words(show({ ...TASKS, parked: [bare], parked_total: 1 }).querySelector("li"));
    expect(row).toMatch(/^Number withheld/);
    expect(row).toContain("Sam Riveraa validation rule refuses itTry again");
  });

  it("says that nothing needs attention only when that is known", () => {
    expect(words(show(null))).toBe("Needs attention");
    const list = show(NONE);
    expect(words(list)).toContain("Nothing needs attention.");
    expect(button(list, "Try all again")).toBeUndefined();
  });

  it("tries one again, and all", async () => {
    const list = show();
    await press(list, "Try again: Grace Okafor");
    await press(list, "Try all again");
    expect(heard).toEqual([
      ["order", { name: "retry_task", contact: GRACE.contact }],
      ["order", { name: "retry_tasks" }]
    ]);
  });

  it("tries what waits while Salesforce is left alone", async () => {
    await press(show({ ...NONE, budget: TASKS.budget }), "Try all again");
    expect(heard).toEqual([["order", { name: "retry_tasks" }]]);
  });

  it("discards with a reason, and not without one", async () => {
    const list = show();
    await press(list, "Discard: Grace Okafor");
    const box = list.querySelector("textarea");
    expect(document.activeElement).toBe(box);
    expect(list.querySelectorAll("textarea")).toHaveLength(1);
    await press(list, "Discard");
    expect([heard, box.getAttribute("aria-invalid"), document.activeElement]).toEqual([[], "true", box]);
    await write(list, "   ");
    expect(box.hasAttribute("aria-invalid")).toBe(false);
    await press(list, "Discard");
    expect(heard).toEqual([]);
    await write(list, " a test call ");
    await press(list, "Discard");
    expect(heard).toEqual([["order", { name: "discard_task", contact: GRACE.contact, reason: "a test call" }]]);
    expect(list.querySelector("textarea")).toBe(null);
  });

  it("says before a discard when Salesforce may have the Task all the same", async () => {
    const list = show();
    await press(list, "Discard: (628) 555-0172");
    expect(words(list)).toContain("Salesforce may have it all the same");
    await press(list, "Cancel");
    await press(list, "Discard: Grace Okafor");
    expect(words(list)).not.toContain("Salesforce may have it all the same");
  });

  it("gives the question up by Cancel and Escape, back to where it was asked; a reason is not kept", async () => {
    const list = show();
    await press(list, "Discard: Grace Okafor");
    await write(list, "a test call");
    await press(list, "Cancel");
    expect(document.activeElement).toBe(button(list, "Discard: Grace Okafor"));
    await press(list, "Discard: Grace Okafor");
    const box = list.querySelector("textarea");
    expect(box.value).toBe("");
    box.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
    expect(list.querySelector("textarea")).toBe(box);
    heard.length = 0;
    box.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true, cancelable: true }));
    await drawn();
    expect(list.querySelector("textarea")).toBe(null);
    expect(heard).toEqual([]);
    expect(document.activeElement).toBe(button(list, "Discard: Grace Okafor"));
  });

  it("keeps what is written while other rows come and go, and the keyboard when its own row goes", async () => {
    const list = show();
    await press(list, "Discard: (628) 555-0172");
    await write(list, "because");
    list.tasks = { ...TASKS, parked: [UNKNOWN], parked_total: 1 };
    await drawn();
    expect(list.querySelector("textarea").value).toBe("because");
    await press(list, "Cancel");
    await press(list, "Try again: (628) 555-0172");
    list.tasks = NONE;
    await drawn();
    expect(document.activeElement).toBe(list.querySelector("h2"));
  });

  it("is accessible", async () => {
    const list = show();
    await press(list, "Discard: Grace Okafor");
    await press(list, "Discard");
    expect(await faults(list)).toEqual([]);
  });

  it("is accessible with nothing in it", async () => {
    expect(await faults(show(NONE))).toEqual([]);
  });
});
