/*
 * The client side of Open CTI, for a phone panel in the console stand-in: window.sforce.opencti.
 * Written from notes of the protocol; it is not Salesforce's script and shares no code with it.
 * Every method takes one object and answers by its `callback`, with {success, returnValue, errors}.
 */
(() => {
  "use strict";

  const FRAME_ERROR =
    "Failed to initialize Open CTI. Ensure that it is loaded from the right frame with correct URL parameters";
  const script = new URL(document.currentScript.src);
  const apiVersion = Number.parseFloat(/\/support\/api\/([\d.]+)\//.exec(script.pathname)[1]);
  const host = hostOrigin();

  /**
   * Where the page that frames us lives, from our own address. This script must come from there, or from our own host, as
   * every host of an org has it.
   */
  function hostOrigin() {
    const query = new URLSearchParams(window.location.search);
    const origin = query.get("sfdcIframeOrigin");
    const known = script.origin === origin || script.origin === window.location.origin;
    if (query.get("mode") !== "Lightning" || !origin || !known || window.parent === window) {
      throw new Error(FRAME_ERROR);
    }
    return origin;
  }

  const callbacks = new Map();
  const listeners = new Map();
  const channels = new Map();
  let calls = 0;

  function post(methodName, args, { callback, listener } = {}) {
    calls += 1;
    const callId = calls;
    if (typeof callback === "function") callbacks.set(callId, callback);
    window.parent.postMessage(
      {
        methodName,
        callId,
        apiVersion,
        apiType: "opencti",
        isCallbackRegistered: typeof callback === "function",
        isListenerRegistered: typeof listener === "function",
        args
      },
      host
    );
  }

  /** A method that hands over its argument object, less the functions in it. */
  function method(methodName) {
    return (given = {}) => {
      const { callback, ...args } = given;
      post(methodName, args, { callback });
    };
  }

  /** A method that registers a listener; each one registered is called for every event. */
  function listening(methodName) {
    return (given = {}) => {
      const { listener, callback, ...args } = given;
      if (typeof listener === "function") {
        listeners.set(methodName, [...(listeners.get(methodName) ?? []), listener]);
      }
      post(methodName, args, { callback, listener });
    };
  }

  function subscribe({ channelName, listener, callback } = {}) {
    const answered = (response) => {
      if (response.success) {
        channels.set(response.returnValue.subscriptionId, listener);
      }
      if (typeof callback === "function") callback(response);
    };
    post("subscribe", { channelName }, { callback: answered, listener });
  }

  function unsubscribe({ subscription, callback } = {}) {
    channels.delete(subscription?.subscriptionId);
    post("unsubscribe", { subscription }, { callback });
  }

  window.addEventListener("message", ({ source, origin, data }) => {
    if (source !== window.parent || origin !== host) return;
    if (data?.apiType !== "opencti" || data.apiVersion !== apiVersion) return;
    if (data.shouldExecuteCallback) {
      const callback = callbacks.get(data.callId);
      callbacks.delete(data.callId);
      if (callback) callback(data.response);
    } else if (data.shouldExecuteListener && data.eventName) {
      const listener = channels.get(data.subscriptionId);
      if (listener) listener(data.response);
    } else if (data.shouldExecuteListener) {
      for (const listener of listeners.get(data.methodName) ?? []) listener(data.response);
    }
  });

  const opencti = {
    SCREENPOP_TYPE: Object.freeze({
      SOBJECT: "SOBJECT",
      URL: "URL",
      OBJECTHOME: "OBJECTHOME",
      LIST: "LIST",
      SEARCH: "SEARCH",
      NEW_RECORD_MODAL: "NEW_RECORD_MODAL",
      FLOW: "FLOW"
    }),
    CALL_TYPE: Object.freeze({
      INBOUND: "INBOUND",
      OUTBOUND: "OUTBOUND",
      INTERNAL: "INTERNAL"
    }),
    onClickToDial: listening("onClickToDial"),
    onNavigationChange: listening("onNavigationChange"),
    subscribe,
    unsubscribe,
    hvs: {
      onWorkStart: listening("hvs.onWorkStart"),
      completeWork: method("hvs.completeWork")
    }
  };
  for (const name of [
    "disableClickToDial",
    "enableClickToDial",
    "getAppViewInfo",
    "getCallCenterSettings",
    "getSoftphoneLayout",
    "isSoftphonePanelVisible",
    "notifyInitializationComplete",
    "publish",
    "refreshView",
    "runApex",
    "saveLog",
    "screenPop",
    "searchAndScreenPop",
    "setSoftphoneItemIcon",
    "setSoftphoneItemLabel",
    "setSoftphonePanelHeight",
    "setSoftphonePanelIcon",
    "setSoftphonePanelLabel",
    "setSoftphonePanelVisibility",
    "setSoftphonePanelWidth"
  ]) {
    opencti[name] = method(name);
  }

  window.sforce = { ...window.sforce, opencti };
})();
