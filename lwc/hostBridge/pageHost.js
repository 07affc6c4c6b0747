const nothing = async () => null;

/** The panel in a window of its own, outside Salesforce: records open in a window of the org. See c/hostBridge. */
export class PageHost {
  hasSteps = false;
  ready = nothing;
  whereNow = nothing;
  clickToDial = nothing;
  refresh = nothing;
  publish = nothing;
  subscribe = nothing;

  constructor(org) {
    this.org = org;
  }

  listen() {}

  /** A ticket for the session of this page's cookie; who has none any more is led to sign in. */
  async token() {
    const answer = await fetch("/sign-in/ticket", { method: "POST" });
    if (answer.status === 401) {
      window.location.reload();
    }
    if (!answer.ok) {
      throw new Error(`/sign-in/ticket: ${answer.status}`);
    }
    return answer.text();
  }

  popRecord(id) {
    return this.popUrl(`/lightning/r/${id}/view`);
  }

  /** Lightning's search has an address of this form only. */
  popSearch(term) {
    const page = {
      componentDef: "forceSearch:searchPageDesktop",
      attributes: { term, scopeMap: { type: "TOP_RESULTS" } }
    };
    return this.popUrl(`/one/one.app#${btoa(JSON.stringify(page))}`);
  }

  popFlow(flow, args) {
    return this.popUrl(`/flow/${flow}?${new URLSearchParams(args)}`);
  }

  /** Softphone layouts are told to Salesforce's own pages only: here the one who was found opens. */
  async popByLayout({ record }) {
    return record && this.popRecord(record.id);
  }

  newRecord(type, fields) {
    const values = Object.entries(fields).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
    return this.popUrl(`/lightning/o/${type}/new?defaultFieldValues=${encodeURIComponent(values.join())}`);
  }

  /** One window for the org, which the browser may open only right after a click; others get no hold of this page. */
  async popUrl(url) {
    const page = new URL(url, this.org);
    const args = page.origin === this.org ? ["phone-panel-org"] : ["_blank", "noopener,noreferrer"];
    if (!/^https?:$/.test(page.protocol) || (!window.open(page, ...args) && !args[1])) {
      throw new Error(`${page} was not opened.`);
    }
  }

  async show() {
    window.focus();
  }

  async utility({ label }) {
    document.title = label;
  }
}
