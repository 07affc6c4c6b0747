/** The place of the Conversation component: for now it shows what passes on the message channels. */

import { card, el, emptyState, iconButton } from "./dom.js";

const KEPT = 30;

export class Conversation {
  #log = el("ol", {
    class: "lx-conversation",
    role: "log",
    "aria-label": "Messages",
    tabindex: "0"
  });
  #empty = emptyState(
    "The live conversation will stand here. Until then: what the panel publishes on a message channel."
  );

  /** `ask` is called when the user asks the panel for its conversation. */
  constructor(ask) {
    this.#log.hidden = true;
    this.node = card(
      "Conversation",
      {
        tools: [iconButton("refresh", "Ask the panel for the conversation", ask)]
      },
      this.#empty,
      this.#log
    );
    this.node.classList.add("lx-card_fill");
  }

  /** A message that was published; the newest is at the end, the oldest go. */
  show(channelName, message) {
    this.#empty.hidden = true;
    this.#log.hidden = false;
    const text = typeof message?.text === "string" ? message.text : JSON.stringify(message);
    this.#log.append(
      el("li", {}, el("div", {}, text), el("div", { class: "slds-text-body_small slds-text-color_weak" }, channelName))
    );
    while (this.#log.children.length > KEPT) this.#log.firstChild.remove();
    this.#log.scrollTop = this.#log.scrollHeight;
  }
}
