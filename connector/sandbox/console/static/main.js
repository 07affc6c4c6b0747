/** Puts the console together. */

import { Channels } from "./ctiChannels.js";
import { CtiHost, listener } from "./ctiHost.js";
import { panelMethods } from "./ctiPanel.js";
import { recordMethods } from "./ctiRecords.js";
import { workMethods, workStart } from "./ctiWork.js";
import { conversationPlace } from "./conversation.js";
import { startDemo } from "./demoMenu.js";
import { Dialing } from "./dialing.js";
import { card, el } from "./dom.js";
import { setFormat } from "./format.js";
import { startHeader } from "./header.js";
import { listPage } from "./listPage.js";
import { recordingsWith } from "./recordings.js";
import { recordPage } from "./recordPage.js";
import { searchPage } from "./searchPage.js";
import { Softphone } from "./softphone.js";
import { drawNavigation, drawTabs } from "./tabRow.js";
import { toast } from "./toast.js";
import { startHistory, startNotes } from "./utilities.js";
import { WorkQueue } from "./workQueue.js";
import { Workspace } from "./workspace.js";

const boot = JSON.parse(document.getElementById("boot").textContent);
setFormat(boot.user, boot.now);
recordingsWith(boot.panel.url);

const dialing = new Dialing();
const workQueue = new WorkQueue(dialing);
const channels = new Channels();
const sideColumn = el("div", { class: "lx-col lx-col_side" }, workQueue.node, conversationPlace(channels));

const pages = {
  record: (place) => recordPage(place.id, desk),
  list: (place) => listPage(place, desk),
  search: (place) => searchPage(place, desk),
  workQueue: () => workQueue.page(),
  missing: () => ({
    node: el(
      "div",
      { class: "lx-single" },
      card("Page not found", {}, el("p", { class: "lx-empty" }, "This address leads nowhere. Choose a tab above."))
    ),
    tab: null,
    view: {},
    title: "Page not found"
  })
};
const workspace = new Workspace(document.getElementById("page"), boot.user.key, async (place) =>
  pages[place.kind](place)
);
const desk = { dialing, workspace, sideColumn };

// The panel: its frame starts only now, so that no message of it is missed.
let standby = null;
let panelState = "The panel has not reported itself ready";
const softphone = new Softphone(boot.panel);
const host = new CtiHost(softphone, {
  onClickToDial: listener(),
  onNavigationChange: listener(),
  ...panelMethods({
    softphone,
    dialing,
    boot,
    ready: () => {
      window.clearTimeout(standby);
      panelState = "The panel is ready";
    }
  }),
  ...recordMethods({ workspace, boot }),
  ...workMethods({ workQueue, workspace }),
  ...channels.methods()
});
channels.connect(host);

/** Nothing that a panel asked for outlives it. */
function forgetPanel(why) {
  panelState = why;
  dialing.enabled = false;
  host.reset();
  channels.reset();
}

if (boot.panel.standbyUrl) {
  standby = window.setTimeout(() => {
    forgetPanel("Standby: the panel was not ready in time");
    softphone.showStandby(boot.panel.standbyUrl);
  }, boot.panel.standbyMs);
}

dialing.addEventListener("dial", ({ detail }) => host.emit("onClickToDial", detail));
workQueue.addEventListener("start", ({ detail }) => host.emit("hvs.onWorkStart", workStart(detail)));

// A console app tells of records only: going to a list view is no event.
const tellNavigation = () => {
  if (workspace.appView.recordId) host.emit("onNavigationChange", workspace.appView);
};
workspace.addEventListener("shown", tellNavigation);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") tellNavigation();
});

const draw = () => {
  drawTabs(document.getElementById("tabs"), workspace);
  drawNavigation(document.getElementById("navigation"), workspace, boot.navigation);
};
workspace.addEventListener("tabs", draw);

startHeader(boot, workspace);
startHistory(workspace);
startNotes(boot.user.key);
startDemo(boot, {
  state: () => panelState,
  reload: () => {
    forgetPanel("The panel is loading again");
    softphone.reload();
  }
});

// While this page is open nobody plays the signed-in user, and it is told what goes on around it.
new window.EventSource("/api/stream").addEventListener("news", ({ data }) => toast(JSON.parse(data).text, "warning"));

draw();
workQueue.load();
workspace.go(window.location.href, { push: false });
