// In place of lightning/messageService: what the console stand-in has put under `lightningMessages` carries the messages.
const service = () => globalThis.lightningMessages;

export const APPLICATION_SCOPE = Symbol("APPLICATION_SCOPE");
export const subscribe = (context, channel, listener) => service().subscribe(channel, listener);
export const unsubscribe = (subscription) => service().unsubscribe(subscription);
export const publish = (context, channel, message) => service().publish(channel, message);

/** The wire adapter of a component's message context. */
export class MessageContext {
  constructor(give) {
    this.give = give;
  }

  connect() {
    this.give({});
  }

  update() {}

  disconnect() {}
}
