/* eslint-disable @lwc/lwc/no-async-operation -- drafts are gathered for a moment before they are sent */
import { keep, kept } from "./storage";

const KEPT = "phone-panel-drafts";
const PAUSE = 250;
const LONGEST = 2000;

/** What is chosen, and not typed. */
const AT_ONCE = new Set(["disposition", "tags", "who", "what"]);

const place = (draft) => `${draft.contact} ${draft.field}`;

/**
 * The drafts that the connector has not acknowledged. What is typed is sent after a pause of 250 ms, at the latest
 * after 2 s of typing without one, and survives a reload in the session's storage.
 */
export class Drafts {
  waiting = new Map(kept(KEPT, []).map((draft) => [place(draft), draft]));
  unsent = new Set();

  /** `send` takes a draft message and says whether it left. */
  constructor(send) {
    this.send = send;
  }

  get all() {
    return [...this.waiting.values()];
  }

  put(draft) {
    this.waiting.set(place(draft), draft);
    this.unsent.add(place(draft));
    keep(KEPT, this.all);
    const soon = AT_ONCE.has(draft.field) ? 0 : PAUSE;
    clearTimeout(this.pause);
    this.pause = setTimeout(() => this.flush(), soon);
    this.longest ??= setTimeout(() => this.flush(), LONGEST);
  }

  /** Sends what was not sent yet; what does not leave goes with the next hello. */
  flush() {
    clearTimeout(this.pause);
    clearTimeout(this.longest);
    this.longest = undefined;
    for (const at of this.unsent) {
      if (this.send(this.waiting.get(at))) {
        this.unsent.delete(at);
      }
    }
  }

  /** All of them, for a hello: none has to be sent apart any more. */
  taken() {
    this.unsent.clear();
    return this.all;
  }

  /** The connector has that revision, or refused it: it is not sent again. */
  settled({ contact, field, revision }) {
    const at = `${contact} ${field}`;
    if (this.waiting.get(at)?.revision <= revision) {
      this.waiting.delete(at);
      this.unsent.delete(at);
      keep(KEPT, this.waiting.size ? this.all : null);
    }
  }
}
