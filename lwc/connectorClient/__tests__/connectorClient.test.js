import { FakeSocket } from "../../../tests/lwc/fakeSocket";
import { drawn, message, state } from "../../../tests/lwc/wire";
import { ConnectorClient, keep, kept } from "c/connectorClient";

const DRAFT = message("draft_comments", "to_connector");
let client;
let statuses;
let received;
let token;

function make() {
  statuses = [];
  received = [];
  token = jest.fn().mockResolvedValueOnce("token-1").mockResolvedValueOnce("token-2").mockResolvedValue("token-n");
  client = new ConnectorClient({
    url: "ws://phone/panel/socket",
    token,
    focused: () => true,
    receive: (one) => received.push(one),
    link: (status) => statuses.push(status)
  });
  return client;
}

async function connect() {
  await drawn();
  FakeSocket.last.open();
  FakeSocket.last.say(message("setup"), state("live"));
  return FakeSocket.last;
}

async function started() {
  make().start();
  return connect();
}

/** Runs the timers until the next attempt has its socket. */
async function retried() {
  jest.advanceTimersByTime(8000);
  await drawn();
}

describe("connectorClient", () => {
  beforeEach(() => {
    jest.useFakeTimers({ now: 1_795_438_800_000 });
    jest.spyOn(console, "error").mockImplementation(() => {});
    globalThis.WebSocket = FakeSocket;
    FakeSocket.made = [];
    window.sessionStorage.clear();
  });

  afterEach(() => {
    client.stop();
    jest.restoreAllMocks();
    jest.useRealTimers();
  });

  it("says hello with a fresh token, and is open with the first snapshot", async () => {
    const socket = await started();
    expect(socket.url).toBe("ws://phone/panel/socket");
    expect(socket.sent[0]).toEqual({
      type: "hello",
      version: 1,
      token: "token-1",
      panel: client.panel,
      focused: true,
      drafts: []
    });
    expect(statuses.map((status) => status.state)).toEqual(["connecting", "open"]);
    expect(received.map(({ type }) => type)).toEqual(["setup", "state"]);
    socket.cut();
    await retried();
    FakeSocket.last.open();
    expect(FakeSocket.last.sent[0].token).toBe("token-2");
  });

  it("goes on with a fresh token when it is asked for one", async () => {
    const socket = await started();
    socket.say(message("token_wanted"));
    await drawn();
    expect(socket.sent.at(-1)).toEqual({ type: "renew", token: "token-2" });
    token.mockReset();
    token.mockRejectedValueOnce(new Error("no"));
    socket.say(message("token_wanted"));
    await drawn();
    expect(console.error).toHaveBeenCalledWith("No fresh session token.", expect.any(Error));
    expect(client.status.state).toBe("open");
  });

  it("answers an order with its reply", async () => {
    const socket = await started();
    const reply = client.order("answer", { contact: "01JD-live" });
    const [, sent] = socket.sent;
    expect({ ...message("command_answer", "to_connector"), id: sent.id }).toMatchObject(sent);
    expect(sent).toMatchObject({ type: "command", name: "answer", contact: "01JD-live" });
    socket.say({ ...message("reply_error"), id: sent.id });
    await expect(reply).resolves.toMatchObject({ error: "held" });
    expect(client.orders.size).toBe(0);
  });

  it("refuses an order while there is no connection, and does not keep it", async () => {
    const socket = await started();
    socket.cut();
    await expect(client.order("end", { contact: "c" })).resolves.toMatchObject({ error: "no_connection" });
    await retried();
    FakeSocket.last.open();
    FakeSocket.last.say(state("live"));
    expect(FakeSocket.last.orders("hello")).toEqual([]);
  });

  it("sends an unanswered order again with the same id, after the hello", async () => {
    const socket = await started();
    const reply = client.order("hold", { contact: "01JD-live" });
    socket.cut();
    jest.advanceTimersByTime(300);
    const again = await connect();
    expect(again.sent.map(({ type }) => type)).toEqual(["hello", "command"]);
    expect(again.sent[1]).toEqual(socket.sent[1]);
    again.say({ type: "reply", id: again.sent[1].id });
    await expect(reply).resolves.not.toHaveProperty("error");
  });

  it("does not do what was asked for over 20 seconds ago", async () => {
    const socket = await started();
    const reply = client.order("end", { contact: "01JD-live" });
    socket.cut();
    jest.advanceTimersByTime(20_001);
    const again = await connect();
    expect(again.orders("hello")).toEqual([]);
    await expect(reply).resolves.toMatchObject({ error: "no_connection" });
  });

  it("sends what is typed after a pause, the last revision only", async () => {
    const socket = await started();
    client.drafts.put(DRAFT);
    jest.advanceTimersByTime(200);
    client.drafts.put({ ...DRAFT, revision: 14, text: "Called twice!" });
    jest.advanceTimersByTime(249);
    expect(socket.orders("hello")).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(socket.orders("hello")).toEqual([{ ...DRAFT, revision: 14, text: "Called twice!" }]);
    jest.advanceTimersByTime(5000);
    expect(socket.orders("hello")).toHaveLength(1);
  });

  it("sends within two seconds of typing without a pause", async () => {
    const socket = await started();
    for (let revision = 13; revision < 33; revision += 1) {
      client.drafts.put({ ...DRAFT, revision });
      jest.advanceTimersByTime(100);
    }
    expect(socket.orders("hello")).toHaveLength(1);
    expect(socket.orders("hello")[0].revision).toBeGreaterThan(30);
  });

  it("flushes before an order, on leaving the page, and at once for a choice", async () => {
    const socket = await started();
    client.drafts.put(DRAFT);
    client.order("end", { contact: "01JD-live" });
    expect(socket.orders("hello").map(({ type }) => type)).toEqual(["draft", "command"]);
    client.drafts.put({ ...DRAFT, revision: 14 });
    window.dispatchEvent(new CustomEvent("pagehide"));
    expect(socket.sent.at(-1).revision).toBe(14);
    client.drafts.put(message("draft_tags", "to_connector"));
    jest.advanceTimersByTime(0);
    expect(socket.sent.at(-1).field).toBe("tags");
  });

  it("keeps drafts over a reload until they are acknowledged, and sends them in the hello", async () => {
    await started();
    client.drafts.put(DRAFT);
    client.stop();
    make();
    expect(client.drafts.all).toEqual([DRAFT]);
    client.start();
    const socket = await connect();
    expect(socket.sent[0].drafts).toEqual([DRAFT]);
    jest.advanceTimersByTime(5000);
    expect(socket.orders("hello")).toEqual([]);
    socket.say({ ...message("draft_saved"), revision: 12 });
    expect(client.drafts.all).toEqual([DRAFT]);
    socket.say({ ...message("draft_saved"), revision: 13 });
    expect(client.drafts.all).toEqual([]);
    expect(kept("phone-panel-drafts", [])).toEqual([]);
  });

  it("sends in the next hello what could not leave", async () => {
    const socket = await started();
    socket.cut();
    client.drafts.put(DRAFT);
    jest.advanceTimersByTime(250);
    const again = await connect();
    expect(again.sent[0].drafts).toEqual([DRAFT]);
    expect(again.orders("hello")).toEqual([]);
  });

  it("sends a draft that was written between hello and snapshot", async () => {
    make().start();
    await drawn();
    FakeSocket.last.open();
    client.drafts.put(DRAFT);
    jest.advanceTimersByTime(250);
    FakeSocket.last.say(state("live"));
    expect(FakeSocket.last.orders("hello")).toEqual([DRAFT]);
  });

  it("does not send a refused draft again", async () => {
    const socket = await started();
    client.drafts.put(DRAFT);
    jest.advanceTimersByTime(250);
    socket.say(message("draft_refused"));
    expect(client.drafts.all).toEqual([]);
    expect(received.at(-1).type).toBe("draft_refused");
  });

  it("waits longer after each failure, up to eight seconds, and at once when told to", async () => {
    jest.spyOn(Math, "random").mockReturnValue(1);
    const socket = await started();
    const waits = [];
    socket.cut();
    for (let n = 0; n < 7; n += 1) {
      const { retryAt } = statuses.at(-1);
      waits.push(retryAt - Date.now());
      jest.advanceTimersByTime(retryAt - Date.now());
      // eslint-disable-next-line no-await-in-loop
      await drawn();
      FakeSocket.last.cut();
    }
    expect(waits).toEqual([250, 500, 1000, 2000, 4000, 8000, 8000]);
    client.tryNow();
    expect(statuses.at(-1).state).toBe("connecting");
    await connect();
    FakeSocket.last.cut();
    expect(statuses.at(-1).retryAt - Date.now()).toBe(250);
  });

  it("tries at once when the network is back", async () => {
    const socket = await started();
    socket.cut();
    window.dispatchEvent(new CustomEvent("online"));
    await drawn();
    expect(FakeSocket.made).toHaveLength(2);
  });

  it("asks for a sign of life every ten seconds, and takes five seconds of silence for a lost connection", async () => {
    const socket = await started();
    for (let n = 0; n < 3; n += 1) {
      jest.advanceTimersByTime(10_000);
      expect(socket.sent.at(-1)).toEqual({ type: "ping" });
      socket.say(message("pong"));
    }
    expect(statuses.at(-1).state).toBe("open");
    jest.advanceTimersByTime(15_000);
    expect(statuses.at(-1)).toMatchObject({ state: "lost", code: "connection" });
    expect(socket.readyState).toBe(3);
  });

  it("does not hear what an earlier socket says", async () => {
    const socket = await started();
    socket.cut();
    await retried();
    const count = received.length;
    socket.say(state("idle"));
    socket.onclose({});
    expect(received).toHaveLength(count);
    expect(FakeSocket.made).toHaveLength(2);
  });

  it("tries again when Salesforce gives no token, and says so", async () => {
    make();
    token.mockReset().mockRejectedValueOnce(new Error("PhonePanelSession: no access")).mockResolvedValue("t");
    client.start();
    await drawn();
    expect(statuses.at(-1)).toMatchObject({
      state: "lost",
      code: "token_refused",
      message: expect.stringContaining("no access")
    });
    jest.advanceTimersByTime(300);
    await connect();
    expect(statuses.at(-1)).toMatchObject({ state: "open", code: null });
  });

  it("gives up an attempt that leads nowhere after ten seconds", async () => {
    make().start();
    await drawn();
    FakeSocket.last.open();
    jest.advanceTimersByTime(10_000);
    expect(statuses.at(-1)).toMatchObject({ state: "lost", code: "connection" });
  });

  it("comes back with a fresh token when the connector ends the session", async () => {
    const socket = await started();
    socket.say(message("error_final"));
    socket.cut();
    expect(statuses.at(-1)).toMatchObject({ state: "lost", code: "token_expired" });
    jest.advanceTimersByTime(300);
    await connect();
    expect(FakeSocket.last.sent[0].token).toBe("token-2");
  });

  it("does not come back to a connector of another version", async () => {
    const socket = await started();
    socket.say({ type: "error", error: "wire_version", message: "Speak version 2.", final: true });
    jest.advanceTimersByTime(60_000);
    await drawn();
    expect(statuses.at(-1)).toMatchObject({ state: "ended", code: "wire_version" });
    expect(FakeSocket.made).toHaveLength(1);
  });

  it("works where the browser blocks storage, and says so once", () => {
    make();
    const blocked = jest.spyOn(Storage.prototype, "setItem").mockImplementation(() => {
      throw new Error("blocked");
    });
    keep("a", { b: 1 });
    keep("a", { b: 2 });
    expect(kept("a", null)).toEqual({ b: 2 });
    expect(blocked).toHaveBeenCalledTimes(1);
    expect(console.error).toHaveBeenCalledTimes(1);
  });
});
