/** The place of the Conversation component beside a record: the component itself, as it is deployed. */

import { card, el, emptyState } from "./dom.js";

/** The channels carry its messages: it takes them from `lightning/messageService`, which is this here. */
export function conversationPlace(channels) {
  globalThis.lightningMessages = channels;
  const node = el("div", { class: "lx-conversation" });
  import("./vendor/conversation.js").then(
    ({ conversationWindow }) => node.append(conversationWindow()),
    () =>
      node.append(
        card("Conversation", {}, emptyState("Build the panel's assets to see the component here: make build"))
      )
  );
  return node;
}
