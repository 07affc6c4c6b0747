import "../../../tests/lwc/english";
import { APPLICATION_SCOPE, publish, subscribe, unsubscribe } from "lightning/messageService";
import { faults } from "../../../tests/lwc/accessible";
import { clean, drawn, mount, words } from "../../../tests/lwc/wire";
import ConversationWindow from "c/conversationWindow";

const LINE = {
  id: "1",
  kind: "said",
  side: "customer",
  who: "Mia Chen",
  text: "I was charged twice.",
  final: true,
  at: 1000,
  began: 1000,
  revision: 1
};
const whole = (changes = {}) => ({
  type: "conversation",
  sequence: 1,
  contact: "01JD-live",
  name: "Mia Chen",
  status: "live",
  cut: false,
  lines: [LINE],
  ...changes
});
const news = (changes = {}) => ({
  type: "segments",
  sequence: 2,
  contact: "01JD-live",
  status: "live",
  lines: [],
  dropped: [],
  ...changes
});
const EMPTY = "What is said in your call is shown here while it lasts.";

let shown;
const inside = () => shown.shadowRoot;
const lines = () => [...inside().querySelectorAll(".cv-item")].map(words);
const asked = () => publish.mock.calls.filter(([, , message]) => message.type === "hello").length;

/** The panel says that. */
async function say(...messages) {
  const [, , listener] = subscribe.mock.calls.at(-1);
  messages.forEach((message) => listener(message));
  await drawn();
}

describe("conversationWindow", () => {
  beforeEach(() => {
    jest.clearAllMocks();
    jest.useFakeTimers();
    subscribe.mockReturnValue("subscription");
    shown = mount("c-conversation-window", ConversationWindow, { height: 300 });
  });

  afterEach(() => {
    clean();
    jest.useRealTimers();
  });

  it("asks for what was said before, and hears it wherever it stands", () => {
    const [, channel, , options] = subscribe.mock.calls[0];
    expect(options).toEqual({ scope: APPLICATION_SCOPE });
    expect(publish.mock.calls[0].slice(1)).toEqual([channel, { type: "hello" }]);
    expect(words(inside())).toContain(EMPTY);
  });

  it("shows whose conversation it is, and what was said", async () => {
    await say(whole());
    expect(words(inside().querySelector(".cv-head"))).toBe("ConversationMia ChenLive");
    expect(lines()).toEqual(["I was charged twice.Mia Chen · 0:01"]);
  });

  it("follows what is new", async () => {
    await say(whole(), news({ lines: [{ ...LINE, text: "I was charged three times.", revision: 2 }] }));
    expect(lines()).toEqual(["I was charged three times.Mia Chen · 0:01"]);
    await say(news({ sequence: 3, status: "paused", dropped: ["1"] }));
    expect(lines()).toEqual([]);
    expect(words(inside().querySelector(".cv-head"))).toContain("Paused");
    expect(asked()).toBe(1);
  });

  it.each([
    ["it has missed something", news({ sequence: 5 })],
    ["it is of another call", news({ contact: "01JD-other" })]
  ])("asks again when %s", async (_, message) => {
    await say(whole(), message);
    expect(asked()).toBe(2);
  });

  it("asks when it has come into the middle", async () => {
    await say(news());
    expect(asked()).toBe(2);
    expect(words(inside())).toContain(EMPTY);
  });

  it("forgets when the call is over", async () => {
    await say(whole(), { type: "over", sequence: 2 });
    expect(words(inside())).toContain(EMPTY);
    expect(words(inside())).not.toContain("charged");
  });

  it("forgets when the panel has gone without a word", async () => {
    await say(whole());
    jest.advanceTimersByTime(149_000);
    await say(news());
    jest.advanceTimersByTime(149_999);
    await drawn();
    expect(lines()).toHaveLength(1);
    jest.advanceTimersByTime(1);
    await drawn();
    expect(lines()).toEqual([]);
  });

  it("forgets when it is taken off the page, and hears no more", () => {
    shown.remove();
    expect(unsubscribe).toHaveBeenCalledWith("subscription");
    expect(jest.getTimerCount()).toBe(0);
  });

  it.each([
    ["nothing", undefined],
    ["another window's question", { type: "hello" }],
    ["another kind", { type: "weather", sequence: 1 }],
    ["no text", whole({ lines: [{ ...LINE, text: 7 }, "x", null, { id: 3 }] })],
    ["no lines", whole({ lines: "none", name: null })]
  ])("is not confused by %s", async (_, message) => {
    await say(message);
    expect(lines()).toEqual([]);
  });

  it("is as high as the administrator says, or as its place", () => {
    const high = (element) => element.shadowRoot.querySelector(".cv-window").style.height;
    expect(high(shown)).toBe("300px");
    expect(high(mount("c-conversation-window", ConversationWindow))).toBe("100%");
  });

  it("is accessible", async () => {
    await say(whole());
    expect(await faults(shown)).toEqual([]);
  });
});
