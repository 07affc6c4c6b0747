// The component that stands beside a record, for the console stand-in: made as Lightning makes it, in synthetic shadow.
import "@lwc/synthetic-shadow";
import { createElement } from "lwc";
import ConversationWindow from "c/conversationWindow";

export const conversationWindow = () => createElement("c-conversation-window", { is: ConversationWindow });
