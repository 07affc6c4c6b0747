/** Tells the components beside the records of what is said, over Salesforce's message channel: nothing of it is kept. */
import { everySecond, now } from "c/clock";

export const CHANNEL = "Phone_Conversation__c";
/** A component that hears nothing for a while forgets what it shows: the panel may have gone without a word. */
const SIGN_OF_LIFE = 30_000;

export class Broadcast {
  shown = null;
  sent = 0;
  at = 0;

  constructor(host) {
    this.host = host;
    this.onPageHide = () => this.show(null);
  }

  /** A component that has just come says hello, and all are told everything. */
  start() {
    window.addEventListener("pagehide", this.onPageHide);
    this.ask(() => this.host.subscribe(CHANNEL, (message) => message?.type === "hello" && this.whole()));
    this.stopClock = everySecond(() => this.shown && now() - this.at >= SIGN_OF_LIFE && this.news([], []));
    this.whole();
  }

  stop() {
    this.stopClock?.();
    window.removeEventListener("pagehide", this.onPageHide);
    this.show(null);
  }

  /** The conversation is so now (see conversationOf), or there is none. */
  show(conversation) {
    const before = this.shown;
    this.shown = conversation;
    if (!conversation || !before || conversation.contact !== before.contact || conversation.name !== before.name) {
      if (conversation || before) {
        this.whole();
      }
      return;
    }
    const old = new Set(before.lines);
    const left = new Set(conversation.lines.map(({ id }) => id));
    const changed = conversation.lines.filter((line) => !old.has(line));
    const dropped = before.lines.map(({ id }) => id).filter((id) => !left.has(id));
    if (changed.length || dropped.length || conversation.status !== before.status) {
      this.news(changed, dropped);
    }
  }

  whole() {
    this.say(this.shown ? { type: "conversation", ...this.shown } : { type: "over" });
  }

  news(lines, dropped) {
    const { contact, status } = this.shown;
    this.say({ type: "segments", contact, status, lines, dropped });
  }

  say(message) {
    this.sent += 1;
    this.at = now();
    this.ask(() => this.host.publish(CHANNEL, { ...message, sequence: this.sent }));
  }

  /** An org that has no message channel is told of once. */
  async ask(what) {
    try {
      await what();
    } catch (error) {
      if (!this.failed) {
        console.error("The conversation cannot be shown beside the record.", error);
      }
      this.failed = true;
    }
  }
}
