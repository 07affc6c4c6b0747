// A panel of nothing but wires: it loads the Open CTI script of its host and lets a test call every method.
const query = new URLSearchParams(window.location.search);
const script = document.createElement("script");
const file = query.get("script") ?? "opencti_min.js";
script.src = `${query.get("sfdcIframeOrigin")}/support/api/63.0/lightning/${file}`;
window.heard = [];
window.addEventListener("error", (event) => {
  document.getElementById("state").textContent = event.message;
});

const hear = (name) => (payload) => window.heard.push({ name, payload });
const methodOf = (name) =>
  name.split(".").reduce((owner, part) => owner[part], window.sforce.opencti);

window.cti = (name, args = {}) =>
  new Promise((resolve) => methodOf(name)({ ...args, callback: resolve }));
window.listen = (name, args = {}) =>
  new Promise((resolve) =>
    methodOf(name)({ ...args, listener: hear(name), callback: resolve })
  );

script.addEventListener("load", async () => {
  if (!window.sforce) return;
  for (const name of [
    "onClickToDial",
    "onNavigationChange",
    "hvs.onWorkStart"
  ])
    await window.listen(name);
  if (query.get("silent") === null)
    await window.cti("notifyInitializationComplete");
  document.getElementById("state").textContent = "ready";
});
document.head.append(script);
