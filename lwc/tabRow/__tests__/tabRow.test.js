import "../../../tests/lwc/english";
import { faults } from "../../../tests/lwc/accessible";
import { clean, drawn, listen, mount, words } from "../../../tests/lwc/wire";
import TabRow from "c/tabRow";

const TABS = [
  { name: "phone", label: "Phone" },
  { name: "supervisor", label: "Supervisor" },
  { name: "other", label: "Other" }
];

const show = (tab = "phone") => mount("c-tab-row", TabRow, { tabs: TABS, tab, label: "Sides", controls: "side" });
const tabsOf = (row) => [...row.querySelectorAll('[role="tab"]')];

function key(element, name) {
  element.dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true, cancelable: true }));
}

describe("tabRow", () => {
  afterEach(clean);

  it("shows which one is chosen, and that one alone can be tabbed to", () => {
    const tabs = tabsOf(show("supervisor"));
    expect(tabs.map(words)).toEqual(["Phone", "Supervisor", "Other"]);
    expect(tabs.map((tab) => tab.getAttribute("aria-selected"))).toEqual(["false", "true", "false"]);
    expect(tabs.map((tab) => tab.tabIndex)).toEqual([-1, 0, -1]);
    expect(tabs[1].getAttribute("aria-controls")).toBe("side");
  });

  it("tells what is pressed, and leaves the focus alone", async () => {
    const heard = listen("tab");
    const row = show();
    tabsOf(row)[1].click();
    row.tab = "supervisor";
    await drawn();
    expect(heard).toEqual([["tab", { name: "supervisor", walked: false }]]);
    expect(document.activeElement).toBe(document.body);
  });

  it("is walked by arrows, round its ends; the focus goes along", async () => {
    const heard = listen("tab");
    const row = show();
    key(tabsOf(row)[0], "ArrowLeft");
    row.tab = "other";
    await drawn();
    expect(document.activeElement).toBe(tabsOf(row)[2]);
    key(tabsOf(row)[2], "ArrowRight");
    row.tab = "phone";
    await drawn();
    expect(document.activeElement).toBe(tabsOf(row)[0]);
    key(tabsOf(row)[0], "ArrowDown");
    expect(heard.map(([, detail]) => detail)).toEqual([
      { name: "other", walked: true },
      { name: "phone", walked: true }
    ]);
  });

  it("is walked the other way where one reads from right to left", () => {
    const heard = listen("tab");
    const row = show();
    row.style.direction = "rtl";
    row.querySelector("ul").style.direction = "rtl";
    key(tabsOf(row)[0], "ArrowLeft");
    expect(heard[0][1].name).toBe("supervisor");
  });

  it("is accessible", async () => {
    const panel = document.createElement("div");
    panel.id = "side";
    document.body.append(panel);
    expect(await faults(show())).toEqual([]);
  });
});
