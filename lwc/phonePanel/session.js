/* eslint-disable @lwc/lwc/no-async-operation -- searches wait for a pause in typing */
import { everySecond, correct, now } from "c/clock";
import { ConnectorClient } from "c/connectorClient";
import { PhoneStore } from "c/phoneStore";
import { hasBegunToRing, utilityOf } from "./utility";

const SEARCH_PAUSE = 250;
const FOCUS_AGAIN = 5000;
const NO_DIALLING = new Set(["logged_out", "no_outbound_skill", "unknown_agent"]);

/** What went wrong beside the agent's work is for the console; `tell` makes it a notice as well. */
const logged = (what) => (error) => console.error(`${what} did not work.`, error);

/**
 * Joins host, connection and store: what the connector asks of Salesforce, what Salesforce asks of the panel, and what
 * the panel shows of itself in the utility bar. `dial({number, record})` is called for a click-to-dial.
 */
export class Session {
  store = new PhoneStore();
  watched = "";
  dialling = false;
  focusedAt = 0;
  pauses = {};

  constructor({ host, config, dial }) {
    this.host = host;
    this.dial = dial;
    this.client = new ConnectorClient({
      url: config.socket,
      token: () => host.token(),
      focused: () => document.hasFocus(),
      receive: (message) => this.receive(message),
      link: (status) => this.linked(status)
    });
  }

  start() {
    this.store.restore(this.client.drafts.all);
    this.store.subscribe((view, before) => this.follow(view, before));
    this.stopClock = everySecond(() => this.showUtility());
    this.host.listen({ dial: this.dial, visit: (record) => this.visit(record) });
    this.client.start();
    Promise.resolve(this.host.ready()).catch(logged("Telling Salesforce that the panel is there"));
  }

  stop() {
    this.stopClock?.();
    Object.values(this.pauses).forEach(clearTimeout);
    this.client.stop();
  }

  receive(message) {
    if (message.now) {
      correct(message.now);
    }
    if (message.type === "chore") {
      this.work(message);
    }
    this.store.receive(message);
  }

  linked(status) {
    this.store.link(status);
    if (status.state === "open") {
      this.client.send({ type: "watch", lists: this.watched ? this.watched.split(" ") : [] });
      Promise.resolve(this.host.whereNow())
        .then((record) => this.visit(record))
        .catch(logged("Asking where Salesforce is"));
    }
  }

  /** A record that the agent looks at may be what a contact is about. */
  visit(record) {
    if (record) {
      this.client.send({ type: "visited", record });
    }
  }

  follow(view, before) {
    if (hasBegunToRing(view, before)) {
      this.host.show().catch(logged("Opening the panel"));
    }
    if (view.agent) {
      const enabled = !NO_DIALLING.has(view.agent.controls.dial);
      if (enabled !== this.dialling) {
        this.dialling = enabled;
        this.host.clickToDial(enabled).catch(logged("Click-to-dial"));
      }
    }
    this.showUtility();
  }

  showUtility() {
    const { view } = this.store;
    if (view.agent) {
      this.host.utility(utilityOf(view, now())).catch(logged("The label of the utility"));
    }
  }

  /** Does what one panel must do once, and says whether it has worked. */
  async work({ id, kind, record, text }) {
    let ok = true;
    // Salesforce may take its time: meanwhile no other panel shall do it too.
    this.client.send({ type: "chore_taken", chore: id });
    try {
      if (kind === "screen_pop") {
        await this.host.popRecord(record.id);
      } else if (kind === "search_pop") {
        await this.host.popSearch(text);
      } else if (kind === "refresh") {
        await this.host.refresh();
      } else {
        throw new Error(`${kind} is not a chore that this panel knows.`);
      }
    } catch (error) {
      ok = false;
      console.error(`The chore ${kind} could not be done.`, error);
    }
    this.client.send({ type: "chore_done", chore: id, ok });
  }

  /** Gives an order; a refusal becomes a notice, unless the caller shows it (`quiet`). Resolves with the reply. */
  async order(name, values, quiet = false) {
    if (this.store.view.notice) {
      this.store.notice(null);
    }
    const reply = await this.client.order(name, values);
    if (reply.error && !quiet) {
      this.store.notice({ order: name, code: reply.error, message: reply.message });
    }
    return reply;
  }

  write({ contact, field, value }) {
    this.client.drafts.put(this.store.write(contact, field, value));
  }

  flush() {
    this.client.drafts.flush();
  }

  /** Asks for something of Salesforce; a failure becomes a notice. */
  async ask(title, work) {
    try {
      await work(this.host);
    } catch (error) {
      console.error(`${title} did not work.`, error);
      this.store.notice({ title, message: error.message });
    }
  }

  /** Only the lists that are looked at are sent. */
  watch(lists) {
    const watched = lists.join(" ");
    if (watched !== this.watched) {
      this.watched = watched;
      this.client.send({ type: "watch", lists });
    }
  }

  find({ what, text }) {
    clearTimeout(this.pauses[what]);
    if (text.length < 2) {
      this.store.searching(null, what, text);
      return;
    }
    const id = this.client.newId();
    this.store.searching(id, what, text);
    this.pauses[what] = setTimeout(() => {
      if (!this.client.send({ type: "find", id, what, text: text.slice(0, 100) })) {
        this.store.receive({ type: "found", id, records: [], error: "no_connection" });
      }
    }, SEARCH_PAUSE);
  }

  preview(number) {
    clearTimeout(this.pauses.preview);
    const id = number.trim() ? this.client.newId() : null;
    this.store.previewing(id, number);
    if (id) {
      this.pauses.preview = setTimeout(() => this.client.send({ type: "preview", id, number }), SEARCH_PAUSE);
    }
  }

  /** Chores go to the panel that the agent used last. */
  focused() {
    if (now() - this.focusedAt > FOCUS_AGAIN && this.client.send({ type: "focus" })) {
      this.focusedAt = now();
    }
  }
}
