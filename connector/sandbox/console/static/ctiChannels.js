/** Lightning Message Service between the panel and the page's own components: subscribe, unsubscribe, publish. */

import { object, rejected, text } from "./ctiErrors.js";

/** Names of custom message channels end in __c, with a namespace in front of some. */
const CHANNEL = /^\w+__c$/;

export class Channels {
  #subscriptions = new Map();
  #last = 0;
  #host = null;
  #listeners = new Set();

  /** A component of the page hears a channel from now on, until it is told otherwise. */
  subscribe(channelName, listener) {
    const subscription = { channelName, listener };
    this.#listeners.add(subscription);
    return subscription;
  }

  unsubscribe(subscription) {
    this.#listeners.delete(subscription);
  }

  /** Messages for the panel go through this host. */
  connect(host) {
    this.#host = host;
  }

  /** Forgets the subscriptions of a panel that is gone. */
  reset() {
    this.#subscriptions.clear();
  }

  /** Delivers to the panel's subscriptions of the channel and to the components of the page, each its own copy. */
  publish(channelName, message) {
    for (const subscription of this.#subscriptions.values())
      if (subscription.channelName === channelName) this.#host.deliver(subscription, message);
    for (const subscription of [...this.#listeners])
      if (subscription.channelName === channelName) subscription.listener(window.structuredClone(message));
  }

  methods() {
    return {
      subscribe: (args, { isListenerRegistered, apiVersion }) => {
        const channelName = channel(args);
        if (!isListenerRegistered) throw rejected("listener must be a function for subscribe");
        this.#last += 1;
        const subscriptionId = `subscription-${this.#last}`;
        this.#subscriptions.set(subscriptionId, {
          channelName,
          subscriptionId,
          apiVersion
        });
        return { subscriptionId, channelName };
      },
      unsubscribe: (args) => {
        const { subscriptionId } = object(args, "subscription");
        if (!this.#subscriptions.delete(subscriptionId))
          throw rejected("subscription is not one that subscribe returned");
      },
      publish: (args) => {
        const message = args.message ?? {};
        this.publish(channel(args), object({ message }, "message"));
      }
    };
  }
}

function channel(args) {
  const name = text(args, "channelName");
  if (!CHANNEL.test(name))
    throw rejected(`channelName must be the name of a message channel that ends in __c, not ${name}`);
  return name;
}
