/**
 * The host side of Open CTI: takes messages of the softphone's frame, and of nothing else, calls the method, answers.
 * The shape of the messages is that of the reference notes, section 6 of the toolchain page.
 */

import { asCtiError, CtiError } from "./ctiErrors.js";

export class CtiHost {
  #softphone;
  #methods;
  #listening = new Map();

  /** `methods` maps names to functions (args, message) that return the returnValue or throw. */
  constructor(softphone, methods) {
    this.#softphone = softphone;
    this.#methods = methods;
    window.addEventListener("message", (event) => this.#take(event));
  }

  /** Forgets the listeners of a panel that is gone. */
  reset() {
    this.#listening.clear();
  }

  /** An event for the panel's listeners; dropped when there are none. */
  emit(methodName, response) {
    if (this.#listening.has(methodName))
      this.#post({
        methodName,
        apiVersion: this.#listening.get(methodName),
        shouldExecuteListener: true,
        response
      });
  }

  /** A message on a channel that the panel subscribed to. */
  deliver({ channelName, subscriptionId, apiVersion }, message) {
    this.#post({
      methodName: "subscribe",
      eventName: channelName,
      subscriptionId,
      apiVersion,
      shouldExecuteListener: true,
      response: message
    });
  }

  async #take(event) {
    const { frame, origin } = this.#softphone;
    if (event.source !== frame.contentWindow || event.origin !== origin) return;
    const message = event.data;
    if (message?.apiType !== "opencti") return;
    const reply = {
      methodName: message.methodName,
      callId: message.callId,
      apiVersion: message.apiVersion,
      shouldExecuteCallback: true
    };
    let response;
    try {
      const returnValue = await this.#run(message);
      response = {
        success: true,
        returnValue: returnValue ?? null,
        errors: null
      };
    } catch (error) {
      const { code, message: description, details } = asCtiError(error);
      response = {
        success: false,
        returnValue: null,
        errors: [{ code, description, ...(details ? { details } : {}) }]
      };
    }
    if (message.isCallbackRegistered) this.#post({ ...reply, response });
    else if (!response.success) console.warn(`Open CTI ${message.methodName}: ${response.errors[0].description}`);
  }

  async #run(message) {
    const method = Object.hasOwn(this.#methods, message.methodName) ? this.#methods[message.methodName] : null;
    if (!method) throw new CtiError("GENERIC_ERROR", `${message.methodName} is not a method of Open CTI in Lightning`);
    if (method.listens) {
      if (!message.isListenerRegistered)
        throw new CtiError("INVALID_PARAM", `listener must be a function for ${message.methodName}`);
      this.#listening.set(message.methodName, message.apiVersion);
    }
    return method(message.args ?? {}, message);
  }

  #post(message) {
    const { frame, origin } = this.#softphone;
    frame.contentWindow.postMessage({ apiType: "opencti", ...message }, origin);
  }
}

/** A method that only registers a listener. */
export function listener() {
  return Object.assign(() => null, { listens: true });
}
