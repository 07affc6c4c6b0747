import "../../../tests/lwc/english";
import { faults } from "../../../tests/lwc/accessible";
import { fakeCti, scripts } from "../../../tests/lwc/fakeCti";
import { FakeSocket } from "../../../tests/lwc/fakeSocket";
import { NOW, clean, drawn, message, mount, state, words } from "../../../tests/lwc/wire";
import PhonePanel from "c/phonePanel";

const ORIGIN = "http://localhost:8082";
const CONFIG = { socket: "ws://phone/panel/socket", origins: [ORIGIN], openCtiVersion: "62.0", language: null };
const SETUP = { ...message("setup"), supervisor: true };

let panel;
let socket;

async function say(...messages) {
  socket.say(...messages);
  await drawn(20);
}

async function open(setup, name = "idle") {
  panel = mount("c-phone-panel", PhonePanel, { config: CONFIG });
  await drawn(20);
  socket = FakeSocket.last;
  socket.open();
  await say(setup, state(name));
}

const tab = (name) => panel.querySelector(`[role="tab"][data-name="${name}"]`);
const body = () => panel.querySelector(".pp-body");
const watched = () => socket.sent.filter(({ type }) => type === "watch").at(-1).lists;
const ordered = () => socket.sent.filter(({ type }) => type === "command").at(-1);

async function press(element) {
  element.click();
  await drawn(20);
}

async function supervise(name) {
  await open(SETUP, name);
  await press(tab("supervisor"));
  await say(message("tasks"), message("skills"), message("staff"));
}

async function key(init) {
  document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { bubbles: true, cancelable: true, ...init }));
  await drawn(20);
}

describe("the supervisor's tab", () => {
  beforeEach(() => {
    jest.useFakeTimers({ now: NOW });
    Element.prototype.scrollIntoView = jest.fn();
    globalThis.WebSocket = FakeSocket;
    FakeSocket.made = [];
    window.sessionStorage.clear();
    window.history.replaceState({}, "", `?mode=Lightning&sfdcIframeOrigin=${encodeURIComponent(ORIGIN)}`);
    scripts(fakeCti());
  });

  afterEach(() => {
    clean();
    delete window.sforce;
    jest.useRealTimers();
  });

  it("is there for supervisors only", async () => {
    await open(message("setup"));
    expect(panel.querySelector('[role="tab"]')).toBe(null);
    expect([body().getAttribute("role"), body().getAttribute("aria-label")]).toEqual([null, null]);
    await say(SETUP);
    expect([...panel.querySelectorAll('[role="tab"]')].map(words)).toEqual(["Phone", "Supervisor"]);
    expect([body().getAttribute("role"), body().getAttribute("aria-label")]).toEqual(["tabpanel", "Phone"]);
    expect(tab("phone").getAttribute("aria-controls")).toBe(body().id);
  });

  it("asks for its lists while it is shown, and no longer", async () => {
    await supervise();
    expect(watched()).toEqual(["tasks", "skills", "staff"]);
    expect(body().getAttribute("aria-label")).toBe("Supervisor");
    expect(words(body())).toContain("Grace Okafor");
    await press(tab("phone"));
    expect(watched()).toEqual(["queues", "today"]);
    expect(words(body())).toContain("Waiting in my skills");
  });

  it("is walked to by arrows and left by Escape", async () => {
    await open(SETUP);
    tab("phone").focus();
    await key({ key: "ArrowRight" });
    expect(document.activeElement).toBe(tab("supervisor"));
    expect(body().tabIndex).toBe(0);
    await key({ key: "Escape" });
    expect(tab("phone").getAttribute("aria-selected")).toBe("true");
  });

  it("orders what a supervisor decides; a refusal is told over it", async () => {
    await supervise();
    const [{ contact }] = message("tasks").parked;
    await press(body().querySelector(`[data-contact="${contact}"]`));
    expect(ordered()).toMatchObject({ name: "retry_task", contact });
    await say({ type: "reply", id: ordered().id, error: "not_waiting", field: "contact", message: "it is written." });
    expect(words(panel.querySelector("c-error-panel"))).toContain("Try again");
    expect(words(panel.querySelector("c-error-panel"))).toContain("it is written.");
    await press(body().querySelector(`[data-ask="${contact}"]`));
    await key({ key: "Escape" });
    expect(tab("supervisor").getAttribute("aria-selected")).toBe("true");
    await press(body().querySelector(`[data-ask="${contact}"]`));
    const box = body().querySelector("textarea");
    box.value = "a test call";
    box.dispatchEvent(new CustomEvent("input", { bubbles: true }));
    await press([...body().querySelectorAll(".slds-button_destructive")].at(-1));
    const discard = message("command_discard_task", "to_connector");
    expect(ordered()).toEqual({ ...discard, id: ordered().id });
  });

  it("stays while a call rings, which has its card and its controls, and gives way to the answered one", async () => {
    await supervise();
    await say(state("offered"));
    expect(body().querySelector("c-supervisor")).not.toBe(null);
    expect(panel.querySelector('[data-name="answer"]')).not.toBe(null);
    await say(state("live"));
    expect(body().querySelector("c-supervisor")).toBe(null);
    await press(tab("supervisor"));
    expect(panel.querySelector("main").className).toContain("pp_split");
    expect(panel.querySelector('[data-name="end"]')).not.toBe(null);
    await press(tab("phone"));
    expect(body().querySelector("c-contact-details")).not.toBe(null);
  });

  it("does not take away what else is open, when the phone's tab is pressed once more", async () => {
    await open(SETUP);
    await press(panel.querySelector('[data-key="Slash"]'));
    await press(tab("phone"));
    expect(body().querySelector("c-shortcut-list")).not.toBe(null);
  });

  it("goes with the right to it, and what it showed is forgotten", async () => {
    await supervise();
    await say(message("setup"));
    expect(panel.querySelector('[role="tab"]')).toBe(null);
    expect(watched()).toEqual(["queues", "today"]);
    await say(SETUP);
    await press(tab("supervisor"));
    expect(words(body())).not.toContain("Grace Okafor");
  });

  it("is accessible", async () => {
    await supervise();
    expect(await faults(panel)).toEqual([]);
  });
});
