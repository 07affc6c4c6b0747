/**
 * What the panel asks of the application around it, and what that asks of the panel. A host has these functions, each
 * of which may be a promise that fails with words for the agent's administrator:
 *
 * `listen({dial, step, visit})` · `hasSteps` · `ready()` · `whereNow()` · `token()` · `clickToDial(enabled)` ·
 * `popRecord(id)` · `popSearch(text)` · `popUrl(url)` · `popFlow(flow, args)` · `newRecord(type, fields)` ·
 * `popByLayout({call, found, part, record, number, fields, args})` · `refresh()` · `show()` ·
 * `completeWork({work, task, disposition, connected})` · `utility({label, icon, title})` ·
 * `publish(channel, message)` · `subscribe(channel, listener)`
 */
import { connectOpenCti } from "c/openCti";
import { PageHost } from "./pageHost";

/** The page's settings: {socket, origins, openCtiVersion, language}, from its script element `phone-panel-config`. */
export function pageConfig() {
  // eslint-disable-next-line @lwc/lwc/no-document-query -- the page around the panel is not a component
  const element = document.getElementById("phone-panel-config");
  if (!element) {
    throw new Error("The page has no phone-panel-config element.");
  }
  return JSON.parse(element.textContent);
}

/**
 * The host that shows this page. A page that was opened by itself is its own host when somebody has signed in at the
 * connector (`org`: where records open), else null. Raises an error when the host refuses.
 */
export async function connectHost({ origins, openCtiVersion, org }, search = window.location.search) {
  const origin = new URLSearchParams(search).get("sfdcIframeOrigin");
  if (origin) {
    return connectOpenCti({ origin, origins, version: openCtiVersion });
  }
  return org ? new PageHost(org) : null;
}
