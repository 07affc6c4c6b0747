/* eslint-disable @lwc/lwc/no-async-operation -- what nobody keeps up is forgotten after a while */
import { LightningElement, api, wire } from "lwc";
import { APPLICATION_SCOPE, MessageContext, publish, subscribe, unsubscribe } from "lightning/messageService";
import CHANNEL from "@salesforce/messageChannel/Phone_Conversation__c";
import { merged } from "c/transcript";

/** ms without a word of the panel, after which it has gone; a page in the background may hear it once a minute only. */
const SILENCE = 150_000;

const isLine = (line) => typeof line?.id === "string" && Number.isFinite(line.began);
const isText = (line) => line.kind === "pause" || typeof line.text === "string";
const linesOf = (lines) => (Array.isArray(lines) ? lines.filter(isLine).filter(isText) : []);

/**
 * The agent's conversation in a window of its own, beside any record: it says whose it is. The phone panel in the same
 * browser window tells it over the message channel. It keeps nothing, and forgets with the call.
 */
export default class ConversationWindow extends LightningElement {
  /** In pixels; without it the window is as high as its place. */
  @api height;

  conversation = null;
  sequence = 0;

  @wire(MessageContext) context;

  connectedCallback() {
    // Also while its tab is not in front: the agent comes back to what was said meanwhile.
    const scope = { scope: APPLICATION_SCOPE };
    this.subscription = subscribe(this.context, CHANNEL, (message) => this.take(message), scope);
    this.ask();
  }

  disconnectedCallback() {
    unsubscribe(this.subscription);
    this.forget();
  }

  renderedCallback() {
    this.refs.place.style.height = this.height ? `${this.height}px` : "100%";
  }

  /** What was said so far, for a window that came late or has missed something. */
  ask() {
    publish(this.context, CHANNEL, { type: "hello" });
  }

  forget() {
    clearTimeout(this.silence);
    this.conversation = null;
  }

  take(message) {
    const { type, sequence, contact, name, status, cut, lines, dropped } = message ?? {};
    if (!Number.isInteger(sequence)) {
      return;
    }
    const next = sequence === this.sequence + 1;
    this.sequence = sequence;
    if (type === "conversation") {
      this.keep({ contact, name: String(name ?? ""), status, cut: Boolean(cut), lines: merged([], linesOf(lines)) });
    } else if (type === "over") {
      this.forget();
    } else if (type === "segments" && next && contact === this.conversation?.contact) {
      const gone = Array.isArray(dropped) ? dropped : [];
      this.keep({ ...this.conversation, status, lines: merged(this.conversation.lines, linesOf(lines), gone) });
    } else if (type === "segments") {
      this.ask();
    }
  }

  keep(conversation) {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => this.forget(), SILENCE);
    this.conversation = conversation;
  }
}
