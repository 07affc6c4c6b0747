/* eslint-disable @lwc/lwc/no-async-operation -- searches wait for a pause in typing */
import { everySecond, correct, now } from "c/clock";
import { ConnectorClient } from "c/connectorClient";
import { PhoneStore } from "c/phoneStore";
import { currentOf } from "c/contactShown";
import { Broadcast } from "./broadcast";
import { labels } from "c/words";
import { Chores } from "./chores";
import { ClickToDial } from "./clickToDial";
import { conversationOf } from "./conversation";
import { hasBegunToRing, utilityOf } from "./utility";

const SEARCH_PAUSE = 250;
const FOCUS_AGAIN = 500;
const SHORT_NUMBER = 6;
const NO_DIALLING = new Set(["logged_out", "no_outbound_skill", "unknown_agent"]);

/** What went wrong beside the agent's work is for the console; `tell` makes it a notice as well. */
const logged = (what) => (error) => console.error(`${what} did not work.`, error);

/**
 * Joins host, connection and store: what the connector asks of Salesforce, what Salesforce asks of the panel, and what
 * the panel shows of itself in the utility bar. `dial({number, record, work})` is called for a click-to-dial, and
 * `attach({number, work})` for the step of a Work Queue that came late; `visited(record)` for a record's tab.
 */
export class Session {
  store = new PhoneStore();
  watched = "";
  describedFor = "";
  dialling = false;
  focusedAt = 0;
  pauses = {};

  constructor({ host, config, dial, attach, visited }) {
    this.host = host;
    this.visited = visited;
    this.broadcast = new Broadcast(host);
    this.chores = new Chores(host);
    this.clicks = new ClickToDial({ dial, attach, hasSteps: host.hasSteps });
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
    this.host.listen({
      dial: (click) => this.clicks.clicked(click),
      step: (step) => this.clicks.began(step),
      visit: (record) => {
        // The agent is at work in this window, though not in the panel.
        this.focused();
        return record ? this.visit(record) : this.look();
      }
    });
    this.broadcast.start();
    this.client.start();
    Promise.resolve(this.host.ready()).catch(logged("Telling Salesforce that the panel is there"));
  }

  stop() {
    this.stopClock?.();
    this.broadcast.stop();
    this.clicks.stop();
    Object.values(this.pauses).forEach(clearTimeout);
    this.client.stop();
  }

  receive(message) {
    if (message.now) {
      correct(message.now);
    }
    if (message.type === "chore") {
      this.chores.offer(message);
      this.client.send({ type: "chore_taken", chore: message.id });
    } else if (message.type === "chore_yours") {
      this.work(message.chore);
    }
    this.store.receive(message);
  }

  linked(status) {
    this.store.link(status);
    if (status.state === "open") {
      this.describedFor = "";
      this.client.send({ type: "watch", lists: this.watched ? this.watched.split(" ") : [] });
      this.look();
    }
  }

  /** A list view tells nothing of the record that it hides or shows beside it: it is asked for. */
  look() {
    Promise.resolve(this.host.whereNow())
      .then((record) => this.visit(record))
      .catch(logged("Asking where Salesforce is"));
  }

  /** A record that the agent looks at may be what a contact is about. */
  visit(record) {
    if (record) {
      this.client.send({ type: "visited", record });
      this.visited?.(record);
    }
  }

  follow(view, before) {
    if (hasBegunToRing(view, before)) {
      this.look();
      this.host.show().catch(logged("Opening the panel"));
    }
    if (view.agent) {
      const allowed = view.setup?.click_to_dial ?? true;
      const enabled = allowed && !NO_DIALLING.has(view.agent.controls.dial);
      if (enabled !== this.dialling) {
        this.dialling = enabled;
        this.host.clickToDial(enabled).catch(logged("Click-to-dial"));
      }
    }
    this.broadcast.show(conversationOf(view, currentOf(view.contacts)));
    this.showUtility();
  }

  showUtility() {
    const { view } = this.store;
    if (view.agent) {
      this.host.utility(utilityOf(view, now())).catch(logged("The label of the utility"));
    }
  }

  /** Does what one panel must do once, and says whether it has worked. */
  async work(id) {
    const { chore, error } = (await this.chores.begin(id)) ?? {};
    if (chore) {
      const message = error ? error.message.slice(0, 255) : "";
      this.client.send({ type: "chore_done", chore: id, ok: !error, message });
      if (error && chore.kind === "complete_work" && this.host.hasSteps) {
        this.store.notice({ title: labels.completeStep, message });
      }
    }
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

  /** What the fields take that Salesforce has asked for of this contact (null: of none); `again`: also if it is known. */
  describe(contact, again = false) {
    const { key, save, draft } = contact ?? {};
    const asks = save?.asked?.length || draft?.given;
    const news = asks ? `${key} ${save.asked ?? ""} ${save.message ?? ""}` : "";
    if (news && (again || news !== this.describedFor)) {
      const id = this.client.newId();
      if (this.client.send({ type: "describe", id, contact: key })) {
        this.describedFor = news;
        this.store.describing(id, key);
      }
    }
  }

  /** The address book is the connector's own: it is asked at once, and has something to show for no words at all. */
  find({ what, text }) {
    clearTimeout(this.pauses[what]);
    const book = what === "book";
    if (text.length < 2 && !book) {
      this.store.searching(null, what, text);
      return;
    }
    const id = this.client.newId();
    this.store.searching(id, what, text);
    const pause = book && !text ? 0 : SEARCH_PAUSE;
    this.pauses[what] = setTimeout(() => {
      if (!this.client.send({ type: "find", id, what, text: text.slice(0, 100) })) {
        this.store.receive({ type: "found", id, records: [], error: "no_connection" });
      }
    }, pause);
  }

  preview(number, skill) {
    clearTimeout(this.pauses.preview);
    const id = number.trim() ? this.client.newId() : null;
    this.store.previewing(id, number);
    if (id) {
      // A short number may be one for emergencies: its button shall not keep anybody waiting.
      const pause = number.trim().length <= SHORT_NUMBER ? 0 : SEARCH_PAUSE;
      const number_ = number.slice(0, 80);
      this.pauses.preview = setTimeout(() => this.client.send({ type: "preview", id, number: number_, skill }), pause);
    }
  }

  /** Chores go to the panel that the agent used last. */
  focused() {
    if (now() - this.focusedAt > FOCUS_AGAIN && this.client.send({ type: "focus" })) {
      this.focusedAt = now();
    }
  }
}
