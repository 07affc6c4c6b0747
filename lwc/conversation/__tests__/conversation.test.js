import "../../../tests/lwc/english";
import { faults } from "../../../tests/lwc/accessible";
import { clean, drawn, listen, mount, words } from "../../../tests/lwc/wire";
import Conversation from "c/conversation";

const said = (id, side, text, changes = {}) => ({
  id,
  kind: "said",
  side,
  who: side === "agent" ? "You" : "Mia Chen",
  text,
  final: true,
  at: Number(id) * 1000,
  began: Number(id) * 1000,
  ...changes
});
const LINES = [
  said("1", "customer", "I was charged twice for the same invoice."),
  said("2", "agent", "Which invoice is it?"),
  said("3", "customer", "It is two zero nine three one."),
  { id: "4", kind: "pause", why: "hold", at: 4000, began: 4000, ended: 46_000 },
  said("50", "customer", "Great. And could you", { final: false })
];
const talk = (changes = {}) => ({
  contact: "01JD-live",
  name: "Mia Chen",
  status: "live",
  cut: false,
  lines: LINES,
  ...changes
});

let shown;
const show = (conversation, props = {}) => (shown = mount("c-conversation", Conversation, { conversation, ...props }));
const find = (selector) => shown.querySelector(selector);
const items = () => [...shown.querySelectorAll(".cv-item")];
const polite = () => words([...shown.querySelectorAll("[role=status]")].at(-1));

/** What a browser would have measured. */
function layout({ scrollHeight = 1000, clientHeight = 200, scrollTop = 800 } = {}) {
  const list = find(".cv-scroll");
  Object.defineProperty(list, "scrollHeight", { configurable: true, value: scrollHeight });
  Object.defineProperty(list, "clientHeight", { configurable: true, value: clientHeight });
  let top = 0;
  Object.defineProperty(list, "scrollTop", {
    configurable: true,
    get: () => top,
    set: (to) => {
      top = Math.max(0, Math.min(to, scrollHeight - clientHeight));
    }
  });
  list.scrollTop = scrollTop;
  return list;
}

async function scrolled(list, to) {
  list.scrollTop = to;
  list.dispatchEvent(new CustomEvent("scroll"));
  await drawn();
}

async function become(conversation) {
  shown.conversation = conversation;
  await drawn();
}

async function press(selector) {
  find(selector).click();
  await drawn();
}

async function key(target, name, init = {}) {
  target.dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true, cancelable: true, ...init }));
  await drawn();
}

async function search(text) {
  if (!find(".cv-search")) {
    await press("[data-search]");
  }
  find(".cv-search").value = text;
  find(".cv-search").dispatchEvent(new CustomEvent("input"));
  await drawn();
}

describe("conversation", () => {
  beforeEach(() => {
    Element.prototype.scrollIntoView = jest.fn();
    document.execCommand = jest.fn(() => true);
  });

  afterEach(() => {
    clean();
    delete document.execCommand;
    delete globalThis.ResizeObserver;
  });

  it("shows who said what, that a machine made it, and that it is unsure", () => {
    show(talk());
    expect(items().map(words)).toEqual([
      "I was charged twice for the same invoice.Mia Chen · 0:01",
      "Which invoice is it?You · 0:02",
      "It is two zero nine three one.20931Mia Chen · 0:03",
      "On hold · 0:42",
      "Great. And could you…Mia Chen · 0:50 · speaking"
    ]);
    expect(words(find(".cv-head"))).toBe("ConversationMia ChenLive");
    expect(words(find(".cv-note"))).toBe("Made by a machine: check names and numbers. Gone when the call ends.");
  });

  it.each([
    ["paused", "Paused", null],
    ["failed", "Interrupted", "Nothing is written down just now. It comes back by itself; your call is not touched."],
    ["refused", "None for this call", "Too many calls are written down already: this one is not."],
    ["unheard_of", "Live", null]
  ])("says that it is %s", (status, word, why) => {
    show(talk({ status }));
    expect(words(find(".cv-status"))).toBe(word);
    expect(find(".cv-note_bad") && words(find(".cv-note_bad"))).toBe(why);
  });

  it("is empty before anybody has spoken, and says so where there is no call", async () => {
    show(talk({ lines: [] }));
    expect(words(find(".cv-scroll"))).toBe("Nothing has been said yet.");
    await become(null);
    expect(words(find(".cv-scroll"))).toBe("What is said in your call is shown here while it lasts.");
    expect(find("[data-search]")).toBeNull();
    expect(find(".cv-status")).toBeNull();
  });

  it("says when the oldest lines are gone", () => {
    show(talk({ cut: true }));
    expect(words(find(".cv-scroll"))).toContain("What was said before this is gone.");
  });

  describe("as a section", () => {
    it("is folded and unfolded", async () => {
      const heard = listen("talk");
      show(talk(), { section: true, unfolded: true });
      expect(words(find("h2"))).toBe("ConversationMachine-made, not stored");
      await press(".pp-sec");
      shown.unfolded = false;
      await drawn();
      expect(items()).toEqual([]);
      await press(".pp-sec");
      expect(heard.map(([, detail]) => detail)).toEqual([{ open: false }, { open: true }]);
      expect(find(".pp-sec").getAttribute("aria-expanded")).toBe("false");
    });

    it("says beside its title that it is paused", () => {
      show(talk({ status: "paused" }), { section: true, unfolded: false });
      expect(words(find("h2"))).toBe("ConversationPaused");
    });
  });

  describe("the end", () => {
    it("is followed", async () => {
      show(talk());
      const list = layout();
      await become(talk({ lines: [...LINES, said("60", "agent", "More")] }));
      expect(list.scrollTop).toBe(800);
      expect(find("[data-end]")).toBeNull();
    });

    it("is left when the agent reads above, and found again", async () => {
      show(talk());
      const list = layout();
      await scrolled(list, 800);
      await scrolled(list, 300);
      await become(talk({ lines: [...LINES, said("60", "agent", "More")] }));
      expect(list.scrollTop).toBe(300);
      await press("[data-end]");
      expect(list.scrollTop).toBe(800);
      expect(find("[data-end]")).toBeNull();
      expect(document.activeElement).toBe(items().at(-1));
    });

    it("is still followed when the list has less room", async () => {
      show(talk());
      const list = layout();
      await scrolled(list, 800);
      layout({ clientHeight: 100 });
      await scrolled(list, 800);
      expect(find("[data-end]")).toBeNull();
      expect(list.scrollTop).toBe(900);
    });

    it("is in view again after a change of size", async () => {
      let resized;
      globalThis.ResizeObserver = class {
        constructor(call) {
          resized = call;
        }
        observe = jest.fn();
        disconnect = jest.fn();
      };
      show(talk());
      const list = layout({ scrollTop: 0 });
      resized();
      expect(list.scrollTop).toBe(800);
    });

    it("is where another contact's conversation begins", async () => {
      show(talk());
      await scrolled(layout(), 800);
      await scrolled(find(".cv-scroll"), 100);
      await search("invoice");
      await become(talk({ contact: "01JD-other" }));
      expect(find("[data-end]")).toBeNull();
      expect(find(".cv-search")).toBeNull();
    });
  });

  describe("the search", () => {
    it("counts and marks what is found", async () => {
      show(talk());
      await search("INVOICE");
      expect(words(find(".cv-count"))).toBe("2 found");
      expect([...shown.querySelectorAll("mark")].map(words)).toEqual(["invoice", "invoice"]);
      expect(document.activeElement).toBe(find(".cv-search"));
    });

    it("finds digits that were said as words", async () => {
      show(talk());
      await search("0931");
      expect(words(find(".cv-count"))).toBe("1 found");
      await search("4711");
      expect(words(find(".cv-count"))).toBe("0 found");
    });

    it("goes from one to the next and back", async () => {
      show(talk());
      const at = () => find('.cv-item[tabindex="0"]').dataset.line;
      await search("invoice");
      expect(at()).toBe("1");
      const field = find(".cv-search");
      await key(field, "Enter");
      expect(at()).toBe("2");
      await key(field, "Enter");
      expect(at()).toBe("1");
      await key(field, "Enter", { shiftKey: true });
      expect(at()).toBe("2");
      expect(Element.prototype.scrollIntoView).toHaveBeenCalledTimes(4);
      expect(find("[data-end]")).not.toBeNull();
    });

    it("is closed by Escape, and gives the focus back", async () => {
      show(talk());
      const above = jest.fn();
      document.body.addEventListener("keydown", above);
      await search("invoice");
      await key(find(".cv-search"), "Escape");
      expect(find("mark")).toBeNull();
      expect(document.activeElement).toBe(find("[data-search]"));
      expect(above).not.toHaveBeenCalled();
      await press("[data-search]");
      expect(find(".cv-search").value).toBe("");
    });
  });

  describe("copying", () => {
    it("says what was copied, the same again too", async () => {
      show(talk());
      const texts = [];
      document.execCommand.mockImplementation(() => texts.push(document.body.lastElementChild.value));
      await press('[data-text="20931"]');
      expect(polite()).toBe("Copied: 20931");
      const first = [...shown.querySelectorAll("[role=status]")].at(-1).textContent;
      await press('[data-text="20931"]');
      expect([...shown.querySelectorAll("[role=status]")].at(-1).textContent).not.toBe(first);
      expect(texts).toEqual(["20931", "20931"]);
      expect(document.body.lastElementChild).toBe(shown);
    });

    it("takes the other way when the browser refuses the first", async () => {
      document.execCommand.mockReturnValue(false);
      const writeText = jest.fn(async () => {});
      Object.defineProperty(navigator, "clipboard", { configurable: true, value: { writeText } });
      show(talk());
      await press('[data-text="Which invoice is it?"]');
      expect(writeText).toHaveBeenCalledWith("Which invoice is it?");
      expect(polite()).toBe("Copied: Which invoice is it?");
      delete navigator.clipboard;
    });

    it("says so when it did not work", async () => {
      document.execCommand.mockImplementation(() => {
        throw new Error("not allowed");
      });
      show(talk());
      await press('[data-text="20931"]');
      expect(polite()).toBe("It could not be copied: select it and copy it yourself.");
      expect(words(find(".cv-note_bad"))).toBe("It could not be copied: select it and copy it yourself.");
    });

    it("tells nobody above", async () => {
      const heard = listen("copytext");
      show(talk());
      await press('[data-text="20931"]');
      expect(heard).toEqual([]);
    });
  });

  describe("by keyboard and ear", () => {
    it("has one stop for the tab key, and arrows within", async () => {
      show(talk());
      const stops = () => items().map(({ tabIndex }) => tabIndex);
      expect(stops()).toEqual([-1, -1, -1, -1, 0]);
      await key(items()[4], "ArrowUp");
      await key(items()[3], "ArrowUp");
      expect(document.activeElement).toBe(items()[2]);
      expect(stops()).toEqual([-1, -1, 0, -1, -1]);
      expect(find('[data-text="20931"]').tabIndex).toBe(0);
      await key(items()[2], "Home");
      expect(document.activeElement).toBe(items()[0]);
      await key(items()[0], "ArrowUp");
      expect(document.activeElement).toBe(items()[0]);
      await key(items()[0], "End");
      expect(document.activeElement).toBe(items()[4]);
      expect(find("[data-end]")).toBeNull();
    });

    it("leaves keys with Alt to the panel", async () => {
      show(talk());
      items()[4].focus();
      await key(items()[4], "ArrowUp", { altKey: true });
      expect(document.activeElement).toBe(items()[4]);
    });

    it("announces nothing by itself", async () => {
      show(talk());
      await become(talk({ lines: [...LINES, said("60", "agent", "More")] }));
      expect(polite()).toBe("");
      expect(find("[role=log]")).toBeNull();
    });

    it("reads what is new when it is asked to, once, and nothing that is not final", async () => {
      show(talk());
      await press(".cv-read");
      expect(polite()).toBe(
        "Mia Chen: I was charged twice for the same invoice. You: Which invoice is it? " +
          "Mia Chen: It is two zero nine three one."
      );
      await press(".cv-read");
      expect(polite()).toBe("Nothing new");
      await become(talk({ lines: [...LINES, said("60", "agent", "More")] }));
      await press(".cv-read");
      expect(polite()).toBe("You: More");
    });

    it.each([
      ["a window", {}, talk()],
      ["a section", { section: true, unfolded: true }, talk({ status: "failed", cut: true })],
      ["a section that is folded", { section: true }, talk()],
      ["an empty window", {}, null]
    ])("is accessible as %s", async (_, props, conversation) => {
      show(conversation, props);
      expect(await faults(shown)).toEqual([]);
    });

    it("is accessible while it is searched", async () => {
      show(talk());
      await search("invoice");
      expect(await faults(shown)).toEqual([]);
    });
  });

  it("draws a thousand lines, and again only the one that has changed", async () => {
    const many = Array.from({ length: 1000 }, (_, n) => said(String(n), n % 2 ? "agent" : "customer", `Line ${n}`));
    show(talk({ lines: many }));
    expect(items()).toHaveLength(1000);
    const first = items()[0].querySelector(".cv-text");
    await become(talk({ lines: [...many.slice(0, -1), { ...many.at(-1), text: "Another" }] }));
    expect(items()[0].querySelector(".cv-text")).toBe(first);
    expect(words(items().at(-1))).toContain("Another");
  });
});
