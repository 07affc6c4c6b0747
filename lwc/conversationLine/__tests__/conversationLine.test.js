import "../../../tests/lwc/english";
import { faults } from "../../../tests/lwc/accessible";
import { clean, drawn, listen, mount, words } from "../../../tests/lwc/wire";
import ConversationLine from "c/conversationLine";

const LINE = {
  id: "3",
  kind: "said",
  side: "customer",
  who: "Mia Chen",
  text: "It is two zero nine three one.",
  final: true,
  at: 151_000,
  began: 1_000_000
};
const show = (changes = {}, props = {}) =>
  mount("c-conversation-line", ConversationLine, { line: { ...LINE, ...changes }, ...props });
const buttons = (line) => [...line.querySelectorAll("button")].map((button) => button.title);

describe("conversationLine", () => {
  afterEach(clean);

  it("says who said what, and when", () => {
    const line = show();
    expect(words(line.querySelector("[dir=auto]"))).toBe("It is two zero nine three one.");
    expect(words(line.querySelector(".cv-meta"))).toBe("Mia Chen · 2:31");
  });

  it.each([
    ["agent", "cv-line cv-line_mine"],
    ["customer", "cv-line"],
    ["party", "cv-line cv-line_party"]
  ])("sets the side %s apart", (side, look) => {
    expect(show({ side }).firstElementChild.className).toBe(look);
  });

  it("offers the digits of a number, and the line, to be copied", () => {
    const heard = listen("copytext");
    const line = show({}, { tab: "0" });
    expect(buttons(line)).toEqual(["Copy 20931", "Copy this line"]);
    line.querySelectorAll("button").forEach((button) => button.click());
    expect(heard.map(([, detail]) => detail)).toEqual([
      { id: "3", text: "20931" },
      { id: "3", text: LINE.text }
    ]);
    expect(line.querySelector("button").tabIndex).toBe(0);
  });

  it("keeps its buttons out of the way of the tab key elsewhere", () => {
    expect([...show().querySelectorAll("button")].map(({ tabIndex }) => tabIndex)).toEqual([-1, -1]);
  });

  it("shows which one was copied", async () => {
    const line = show({}, { copied: { id: "3", text: "20931" } });
    const icons = () => [...line.querySelectorAll("use")].map((use) => use.getAttribute("xlink:href").split("#")[1]);
    expect(icons()).toEqual(["check", "copy"]);
    line.copied = { id: "4", text: "20931" };
    await drawn();
    expect(icons()).toEqual(["copy", "copy"]);
  });

  it("leaves a text that is not final alone", () => {
    const line = show({ final: false });
    expect(words(line)).toBe("It is two zero nine three one.…Mia Chen · 2:31 · speaking");
    expect(line.querySelector(".cv-text").className).toContain("cv-text_open");
    expect(buttons(line)).toEqual([]);
  });

  it("marks what was searched for, whatever it is", () => {
    const marked = (line) => [...line.querySelectorAll("mark")].map(words);
    const text = "Invoice (a+b) or invoice?";
    expect(marked(show({ text }, { search: "invoice" }))).toEqual(["Invoice", "invoice"]);
    expect(marked(show({ text }, { search: "(a+b)" }))).toEqual(["(a+b)"]);
    expect(marked(show({ text }, { search: "" }))).toEqual([]);
    expect(words(show({ text }, { search: "invoice" }).querySelector("[dir=auto]"))).toBe(text);
  });

  it.each([
    ["hold", null, "On hold since 2:31: nothing is heard", "pause"],
    ["hold", 1_042_000, "On hold · 0:42", "pause"],
    ["mask", null, "Masked since 2:31: nothing is heard", "hide"],
    ["mask", 1_015_000, "Masked · 0:15", "hide"]
  ])("marks a stretch on %s that ended at %p", (why, ended, text, icon) => {
    const line = show({ kind: "pause", why, ended });
    expect(words(line)).toBe(text);
    expect(line.querySelector("use").getAttribute("xlink:href")).toContain(`#${icon}`);
    expect(buttons(line)).toEqual([]);
  });

  it("shows a text as it is, markup too", () => {
    expect(words(show({ text: "<b>no</b> & ثلاثة" }).querySelector("[dir=auto]"))).toBe("<b>no</b> & ثلاثة");
  });

  it.each([
    ["a line", {}],
    ["a mark", { kind: "pause", why: "hold", ended: null }]
  ])("is accessible as %s", async (_, changes) => {
    expect(await faults(show(changes, { tab: "0", search: "two" }))).toEqual([]);
  });
});
