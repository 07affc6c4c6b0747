/**
 * Salesforce's side of Open CTI, in memory. `calls` has [method, arguments] of each call; `answers[method]` is its
 * returnValue, or an Error with which it fails, or its name is in `silent` for none at all before `late(method)`;
 * `click` and `visit` are the agent, `step` is a Work Queue, `message` a component on the page that sends one.
 */
const METHODS = [
  "disableClickToDial",
  "enableClickToDial",
  "getAppViewInfo",
  "getSoftphoneLayout",
  "notifyInitializationComplete",
  "publish",
  "refreshView",
  "runApex",
  "completeWork",
  "screenPop",
  "setSoftphoneItemIcon",
  "setSoftphoneItemLabel",
  "setSoftphonePanelIcon",
  "setSoftphonePanelLabel",
  "setSoftphonePanelVisibility"
];

function fakeCti() {
  const late = new Map();
  const cti = { calls: [], answers: { runApex: { runApex: "token-1" } }, silent: new Set() };
  const api = {
    SCREENPOP_TYPE: {
      SOBJECT: "sobject",
      NEW_RECORD_MODAL: "newRecord",
      URL: "url",
      SEARCH: "search",
      FLOW: "flow"
    },
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
        late.set(method, callback);
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
  cti.late = (method) => late.get(method)({ success: true, returnValue: null, errors: null });
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
