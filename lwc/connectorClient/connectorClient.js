/* eslint-disable @lwc/lwc/no-async-operation -- a connection has time limits and pauses */
import { now } from "c/clock";
import { Drafts } from "./drafts";

export { keep, kept } from "./storage";

const VERSION = 1;
const PING_EVERY = 10_000;
const PONG_WITHIN = 5_000;
const SHORTEST = 250;
const LONGEST = 8_000;
const OPENS_WITHIN = 10_000;
const ORDER_LIVES = 20_000;

/** Text of 16 hexadecimal digits; not `crypto.randomUUID`, which exists on https pages only. */
export function randomId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * The panel's end of the socket. It says hello with a fresh token on each connection, keeps orders and drafts until they
 * are answered, and comes back by itself after 0.25 to 8 seconds.
 *
 * - `url`: the socket's address; `token()`: a promise of a session token; `focused()`: whether this panel has the focus
 * - `receive(message)`: called with every message from the connector
 * - `link(status)`: called with {state, retryAt, code, message} whenever it changes; `state` is connecting, open, lost
 *   (tries again at `retryAt`, by c/clock), or ended (does not: the connector speaks another version)
 */
export class ConnectorClient {
  panel = randomId();
  status = { state: "connecting", retryAt: null, code: null, message: null };
  orders = new Map();
  tries = 0;
  made = 0;

  constructor({ url, token, focused, receive, link }) {
    Object.assign(this, { url, token, focused, receive, link });
    this.drafts = new Drafts((draft) => this.send(draft));
    this.onPageHide = () => this.drafts.flush();
    this.onOnline = () => this.tryNow();
  }

  start() {
    window.addEventListener("pagehide", this.onPageHide);
    window.addEventListener("online", this.onOnline);
    this.connect();
  }

  stop() {
    this.drafts.flush();
    window.removeEventListener("pagehide", this.onPageHide);
    window.removeEventListener("online", this.onOnline);
    this.hangUp();
  }

  /** Connects at once when it is waiting to. */
  tryNow() {
    if (this.status.state === "lost") {
      this.connect();
    }
  }

  /** Sends a message if the connection is up; says whether it left. */
  send(message) {
    const open = this.status.state === "open" && this.socket?.readyState === 1;
    if (open) {
      this.socket.send(JSON.stringify(message));
    }
    return open;
  }

  /** A new id for `find` and `preview`. */
  newId() {
    this.made += 1;
    return `${this.panel}-${this.made}`;
  }

  /**
   * Gives an order; drafts go ahead of it. Resolves with the connector's reply, or with the error `no_connection` when
   * there is none, or none came back within 20 seconds.
   */
  order(name, values) {
    this.drafts.flush();
    const message = { type: "command", id: this.newId(), name, ...values };
    if (!this.send(message)) {
      return Promise.resolve({ id: message.id, error: "no_connection" });
    }
    return new Promise((answer) => {
      this.orders.set(message.id, { message, answer, given: Date.now() });
    });
  }

  async connect() {
    this.hangUp();
    const attempt = (this.attempt = {});
    this.say("connecting", { code: this.status.code, message: this.status.message });
    this.limit = setTimeout(() => this.lost("connection"), OPENS_WITHIN);
    let token;
    try {
      token = await this.token();
    } catch (error) {
      console.error("No session token from Salesforce.", error);
      if (attempt === this.attempt) {
        this.lost("token_refused", error.message);
      }
      return;
    }
    if (attempt === this.attempt) {
      this.open(token);
    }
  }

  open(token) {
    const socket = (this.socket = new WebSocket(this.url));
    const mine = (handler) => (event) => socket === this.socket && handler(event);
    socket.onopen = mine(() => {
      const drafts = this.drafts.taken();
      const hello = { type: "hello", version: VERSION, token, panel: this.panel, focused: this.focused(), drafts };
      socket.send(JSON.stringify(hello));
    });
    socket.onmessage = mine((event) => this.read(event.data));
    socket.onclose = mine(() => this.lost("connection"));
  }

  read(text) {
    this.heard = Date.now();
    const message = JSON.parse(text);
    if (this.status.state !== "open" && (message.type === "setup" || message.type === "state")) {
      this.opened();
    }
    if (message.type === "reply") {
      this.orders.get(message.id)?.answer(message);
      this.orders.delete(message.id);
    } else if (message.type === "draft_saved" || message.type === "draft_refused") {
      this.drafts.settled(message);
    } else if (message.type === "token_wanted") {
      this.renew();
    } else if (message.type === "error") {
      console.error(`The connector says ${message.error}: ${message.message}`);
      if (message.final) {
        this.lost(message.error, message.message);
      }
    }
    this.receive(message);
  }

  /** The session goes on with a fresh token; without one the connector ends it, and the next hello says why. */
  async renew() {
    try {
      this.send({ type: "renew", token: await this.token() });
    } catch (error) {
      console.error("No fresh session token.", error);
    }
  }

  opened() {
    clearTimeout(this.limit);
    this.tries = 0;
    this.say("open");
    for (const { message, answer, given } of [...this.orders.values()]) {
      // What the agent asked for long ago may not be what the agent wants now.
      if (Date.now() - given > ORDER_LIVES) {
        this.orders.delete(message.id);
        answer({ id: message.id, error: "no_connection" });
      } else {
        this.send(message);
      }
    }
    this.drafts.flush();
    this.ping();
  }

  /** Background pages run their timers late: only silence after a ping counts as a lost connection. */
  ping(after = PING_EVERY) {
    this.pinger = setTimeout(() => {
      const asked = Date.now();
      this.send({ type: "ping" });
      this.pinger = setTimeout(() => {
        if (this.heard < asked) {
          this.lost("connection");
        } else {
          this.ping(PING_EVERY - PONG_WITHIN);
        }
      }, PONG_WITHIN);
    }, after);
  }

  lost(code, message = null) {
    this.hangUp();
    if (code === "wire_version") {
      this.say("ended", { code, message });
      return;
    }
    const pause = Math.min(LONGEST, SHORTEST * 2 ** this.tries) * (0.5 + Math.random() / 2);
    this.tries += 1;
    this.retry = setTimeout(() => this.connect(), pause);
    this.say("lost", { retryAt: now() + pause, code, message });
  }

  hangUp() {
    this.attempt = undefined;
    clearTimeout(this.limit);
    clearTimeout(this.pinger);
    clearTimeout(this.retry);
    const socket = this.socket;
    this.socket = undefined;
    socket?.close();
  }

  say(state, { retryAt = null, code = null, message = null } = {}) {
    this.status = { state, retryAt, code, message };
    this.link(this.status);
  }
}
