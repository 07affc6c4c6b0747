import "../../../tests/lwc/english";
import { faults } from "../../../tests/lwc/accessible";
import { NOW, clean, drawn, listen, message, mount, state, words } from "../../../tests/lwc/wire";
import AgentStatus from "c/agentStatus";

const REASONS = message("setup").reasons;

function show(name, changes = {}) {
  const { agent, contacts } = state(name);
  return mount("c-agent-status", AgentStatus, { agent: { ...agent, ...changes }, contacts, reasons: REASONS });
}

const status = (head) => head.querySelector('[data-menu="status"]');
const items = (head) => [...head.querySelectorAll(".pp-item")];
const item = (head, label) => items(head).find((one) => words(one) === label);

async function opened(head, menu = "status") {
  head.querySelector(`[data-menu="${menu}"]`).click();
  await drawn();
  return head;
}

describe("agentStatus", () => {
  let heard;

  beforeEach(() => {
    jest.useFakeTimers({ now: NOW });
    heard = listen("order", "show", "refused");
  });

  afterEach(() => {
    clean();
    jest.useRealTimers();
  });

  it.each([
    ["idle", {}, "Available12:41"],
    ["unavailable", {}, "Break3:05"],
    ["unavailable", { reason: null }, "Unavailable3:05"],
    ["no_phone", {}, "No phone0:52"],
    ["offered", {}, "Ringing"],
    ["live", {}, "On a call"],
    ["live", { next_state: "UNAVAILABLE", next_reason: "Lunch" }, "On a callthen Lunch"],
    ["wrapup_saved", {}, "Wrap-up"],
    ["logged_out", {}, "Logged out"]
  ])("shows for %s %j: %s", (name, changes, expected) => {
    const head = show(name, changes);
    expect(words(status(head))).toBe(`Agent status:${expected}`);
  });

  it("counts calls", () => {
    const { agent, contacts } = state("live");
    const two = [...contacts, { ...state("hold").contacts[0], key: "other" }];
    const head = mount("c-agent-status", AgentStatus, { agent, contacts: two });
    expect(words(status(head))).toBe("Agent status:On 2 calls");
  });

  it("waits for the connector", () => {
    const head = mount("c-agent-status", AgentStatus, { agent: null });
    expect(words(status(head))).toBe("Agent status:Connecting");
    expect(status(head).disabled).toBe(true);
  });

  it("offers Available, the reasons and Log out, with the one that holds now", async () => {
    const head = await opened(show("unavailable"));
    expect(items(head).map(words)).toEqual(["Available", "Break", "Lunch", "Meeting", "Training", "Log out"]);
    expect(items(head).map((one) => one.getAttribute("aria-checked"))).toEqual([
      "false",
      "true",
      "false",
      "false",
      "false",
      null
    ]);
    expect(document.activeElement).toBe(item(head, "Break"));
  });

  it("orders the state that was chosen, and gives the focus back", async () => {
    const head = await opened(show("idle"));
    item(head, "Lunch").click();
    await opened(head);
    item(head, "Available").click();
    await opened(head);
    item(head, "Log out").click();
    expect(heard).toEqual([
      ["order", { name: "set_state", state: "UNAVAILABLE", reason: "Lunch" }],
      ["order", { name: "set_state", state: "AVAILABLE" }],
      ["order", { name: "log_out" }]
    ]);
    await drawn();
    expect(items(head)).toEqual([]);
    expect(document.activeElement).toBe(status(head));
  });

  it.each([
    ["offered_to_lift", "false", true],
    ["phone_kept", "true", false]
  ])("keeps the phone connected, or not: %s", async (name, checked, on) => {
    const head = await opened(show(name));
    const line = item(head, "Keep my phone connected");
    expect([line.getAttribute("role"), line.getAttribute("aria-checked")]).toEqual(["menuitemcheckbox", checked]);
    line.click();
    expect(heard).toEqual([["order", { name: "line", on }]]);
  });

  it("has nothing to choose for a phone that takes calls by itself", async () => {
    const head = await opened(show("idle"));
    expect(item(head, "Keep my phone connected")).toBeUndefined();
  });

  it("has plain Unavailable where there are no reasons", async () => {
    const head = show("idle");
    head.reasons = [];
    await opened(head);
    item(head, "Unavailable").click();
    expect(heard).toEqual([["order", { name: "set_state", state: "UNAVAILABLE", reason: null }]]);
  });

  it("says why something cannot be chosen", async () => {
    const head = await opened(show("live"));
    expect(item(head, "Log out").title).toBe("Not during a call.");
    item(head, "Log out").click();
    expect(heard).toEqual([["refused", { code: "live_contact" }]]);
  });

  it("is walked with the arrows and closed with Escape", async () => {
    const head = await opened(show("idle"));
    const press = (key) =>
      document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
    press("ArrowUp");
    expect(words(document.activeElement)).toBe("Log out");
    press("ArrowDown");
    press("ArrowDown");
    expect(words(document.activeElement)).toBe("Break");
    press("End");
    expect(words(document.activeElement)).toBe("Log out");
    press("Escape");
    await drawn();
    expect(items(head)).toEqual([]);
    expect(document.activeElement).toBe(status(head));
  });

  it("gives way to the other menu", async () => {
    const head = await opened(await opened(show("idle")), "create");
    expect(items(head).map(words)).toEqual(["New call"]);
    expect(document.activeElement).toBe(item(head, "New call"));
  });

  it("closes when the focus goes elsewhere, not when an entry is pressed", async () => {
    const head = await opened(show("idle"));
    const down = new MouseEvent("mousedown", { bubbles: true, cancelable: true });
    item(head, "Lunch").dispatchEvent(down);
    expect(down.defaultPrevented).toBe(true);
    document.activeElement.blur();
    await drawn();
    expect(items(head)).toEqual([]);
  });

  it("opens the outbound screen and the shortcuts", async () => {
    const head = await opened(show("idle"), "create");
    item(head, "New call").click();
    head.querySelector('[data-key="Slash"]').click();
    expect(heard).toEqual([
      ["show", { body: "outbound" }],
      ["show", { body: "shortcuts" }]
    ]);
  });

  it.each(["idle", "no_phone", "offered", "live", "wrapup_saved", "logged_out"])("is accessible: %s", async (name) => {
    expect(await faults(await opened(show(name)))).toEqual([]);
  });
});
