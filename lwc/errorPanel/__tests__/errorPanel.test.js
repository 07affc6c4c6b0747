import "../../../tests/lwc/english";
import { faults } from "../../../tests/lwc/accessible";
import { NOW, clean, listen, mount, words } from "../../../tests/lwc/wire";
import ErrorPanel from "c/errorPanel";

const show = (note) => mount("c-error-panel", ErrorPanel, { note: { id: "n", ...note } });

describe("errorPanel", () => {
  beforeEach(() => {
    jest.useFakeTimers({ now: NOW });
  });

  afterEach(() => {
    clean();
    jest.useRealTimers();
  });

  it("counts down to the next try, which can be made now", () => {
    const heard = listen("act");
    const action = { name: "now", label: "Try now" };
    const panel = show({ tone: "offline", title: "Connection lost.", until: NOW + 4000, action });
    expect(words(panel)).toBe("Connection lost.Trying again in 0:04.Try now");
    expect(panel.querySelector(".slds-theme_offline").getAttribute("aria-label")).toBe("Connection lost.");
    panel.querySelector("button").click();
    expect(heard).toEqual([["act", { id: "n", name: "now" }]]);
  });

  it("has a text, an action, and can be closed", () => {
    const heard = listen("act", "dismiss");
    const action = { name: "mask", label: "Try again" };
    const panel = show({ tone: "alarm", title: "NOT masked", text: "It hears everything.", action, closes: true });
    expect(words(panel)).toBe("NOT maskedIt hears everything.Try again");
    expect(panel.querySelector(".pp-note_alarm")).not.toBeNull();
    panel.querySelectorAll("button").forEach((button) => button.click());
    expect(heard).toEqual([
      ["act", { id: "n", name: "mask" }],
      ["dismiss", { id: "n" }]
    ]);
  });

  it("has nothing to press where nothing can be done", () => {
    expect(show({ tone: "error", title: "Your phone is not connected", text: "…" }).querySelector("button")).toBeNull();
  });

  it.each(["offline", "alarm", "error"])("is accessible: %s", async (tone) => {
    const action = { name: "mask", label: "Try again" };
    expect(await faults(show({ tone, title: "NOT masked", text: "It hears.", action, closes: true }))).toEqual([]);
  });
});
