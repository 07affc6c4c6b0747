/**
 * Salesforce's side of Open CTI, in memory. `calls` has [method, arguments] of each call; `answers[method]` is its
 * returnValue, or an Error with which it fails, or `null` in `silent` for none at all; `click` and `visit` are the agent,
 * `step` is a Work Queue, `message` a component on the page that sends one.
 */
const METHODS = [
  "disableClickToDial",
  "enableClickToDial",
  "getAppViewInfo",
  "notifyInitializationComplete",
  "publish",
  "refreshView",
  "runApex",
  "completeWork",
  "screenPop",
  "searchAndScreenPop",
  "setSoftphoneItemIcon",
  "setSoftphoneItemLabel",
  "setSoftphonePanelIcon",
  "setSoftphonePanelLabel",
  "setSoftphonePanelVisibility"
];

function fakeCti() {
  const cti = { calls: [], answers: { runApex: { runApex: "token-1" } }, silent: new Set() };
  const api = {
    CALL_TYPE: { INBOUND: "inbound" },
    SCREENPOP_TYPE: { SOBJECT: "sobject", NEW_RECORD_MODAL: "newRecord", URL: "url" },
    onClickToDial: ({ listener }) => (cti.click = listener),
    onNavigationChange: ({ listener }) => (cti.visit = listener),
    subscribe: ({ channelName, listener, callback }) => {
      cti.calls.push(["subscribe", { channelName }]);
      cti.message = listener;
      callback({ success: true, returnValue: { subscriptionId: "subscription-1", channelName }, errors: null });
    }
  };
  for (const method of METHODS) {
    api[method] = ({ callback, ...args }) => {
      cti.calls.push([method, args]);
      const answer = cti.answers[method] ?? null;
      if (cti.silent.has(method)) {
        return;
      }
      if (answer instanceof Error) {
        callback({
          success: false,
          returnValue: null,
          errors: [{ code: "GENERIC_ERROR", description: answer.message }]
        });
      } else {
        callback({ success: true, returnValue: answer, errors: null });
      }
    };
  }
  const { completeWork } = api;
  delete api.completeWork;
  api.hvs = { completeWork, onWorkStart: ({ listener }) => (cti.step = listener) };
  cti.of = (method) => cti.calls.filter(([name]) => name === method).map(([, args]) => args);
  cti.api = api;
  return cti;
}

/** Lets each script that is put into the page load (or fail); it defines what the real one does. */
function scripts(cti, { loads = true } = {}) {
  const asked = [];
  jest.spyOn(document.head, "append").mockImplementation((element) => {
    asked.push(element.src);
    Promise.resolve().then(() => {
      if (loads) {
        window.sforce = cti && { opencti: cti.api };
        element.onload();
      } else {
        element.onerror();
      }
    });
  });
  return asked;
}

module.exports = { fakeCti, scripts };
