/** The addresses of the console, as in Lightning: /lightning/r/Contact/003…/view and so on. */

const RECORD = /^\/lightning\/r\/(?:\w+\/)?([a-zA-Z0-9]{15}(?:[a-zA-Z0-9]{3})?)(?:\/view)?$/;
const LIST = /^\/lightning\/o\/(\w+)\/(?:list|home)$/;
const BARE_ID = /^\/([a-zA-Z0-9]{15}(?:[a-zA-Z0-9]{3})?)$/;

export const LIST_VIEWS = { All: "all", Mine: "mine" };

/** What the path and query lead to: {kind: record|list|search|workQueue, …}, or {kind: missing}. */
export function placeOf(address) {
  const url = new URL(address, window.location.origin);
  const record = RECORD.exec(url.pathname) ?? BARE_ID.exec(url.pathname);
  if (record) return { kind: "record", id: record[1] };
  const list = LIST.exec(url.pathname);
  if (list && list[1] !== "WorkQueue") {
    const filter = url.searchParams.get("filterName") ?? "All";
    return filter in LIST_VIEWS ? { kind: "list", type: list[1], filter } : { kind: "missing" };
  }
  if (url.pathname === "/lightning/n/WorkQueue") return { kind: "workQueue" };
  if (url.pathname === "/lightning/search") return { kind: "search", text: url.searchParams.get("q") ?? "" };
  return { kind: "missing" };
}

export function addressOf(place) {
  switch (place.kind) {
    case "record":
      return `/lightning/r/${place.type ? `${place.type}/` : ""}${place.id}/view`;
    case "list":
      return `/lightning/o/${place.type}/list?filterName=${place.filter}`;
    case "workQueue":
      return "/lightning/n/WorkQueue";
    case "search":
      return `/lightning/search?q=${encodeURIComponent(place.text)}`;
    default:
      return window.location.pathname;
  }
}

/** A link inside the console; workspace.js follows it without loading the page again. */
export function isInside(link) {
  return link.origin === window.location.origin && link.pathname.startsWith("/lightning/");
}
