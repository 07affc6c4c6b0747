import { message, state } from "../../../tests/lwc/wire";
import { PhoneStore } from "c/phoneStore";

const KEY = "01JD-live";
const draft = (store, field) => store.view.contacts[0].draft[field].value;
const sign = (store) => store.view.contacts[0].sign;

function connected(name = "live") {
  const store = new PhoneStore();
  store.link({ state: "open", retryAt: null, code: null, message: null });
  store.receive(message("setup"));
  store.receive(state(name));
  return store;
}

/** The state with another value and revision of the comments. */
function comments(text, revision) {
  const next = state("live");
  next.contacts[0].draft.comments = { value: text, revision };
  return next;
}

describe("phoneStore", () => {
  it("shows the connector's snapshot, and tells of each change with the view before", () => {
    const store = new PhoneStore();
    const seen = [];
    const off = store.subscribe((view, before) => seen.push([before.agent?.state, view.agent?.state]));
    store.receive(state("live"));
    store.receive(state("wrapup_saving"));
    off();
    store.receive(state("idle"));
    expect(seen).toEqual([
      [undefined, "WORKING"],
      ["WORKING", "WRAP_UP"]
    ]);
    expect(store.view.contacts).toEqual([]);
  });

  it("takes every message to the panel without an error", () => {
    const store = connected();
    ["pong", "reply_ok", "reply_error", "chore_pop", "error", "queues", "today", "found", "previewed"].forEach((name) =>
      store.receive(message(name))
    );
    expect(store.view.queues).toHaveLength(2);
    expect(store.view.today.total).toBe(2);
    expect(store.view.agent.state).toBe("WORKING");
  });

  it("shows at once what the agent writes, under the next revision", () => {
    const store = connected();
    const written = store.write(KEY, "comments", "Called twice");
    expect(message("draft_comments", "to_connector")).toMatchObject(written);
    expect(written).toMatchObject({ type: "draft", contact: KEY, field: "comments", text: "Called twice" });
    expect(draft(store, "comments")).toBe("Called twice");
    expect(sign(store)).toBe("saving");
    expect(message("draft_tags", "to_connector")).toMatchObject(store.write(KEY, "tags", ["Refund"]));
    expect(store.write(KEY, "what", null)).toMatchObject({ field: "what", revision: 3, record: null });
    const [mia] = message("found").records;
    expect(store.write(KEY, "who", mia).record).toEqual({ id: mia.id, type: "Contact", name: "Mia Chen" });
    expect(draft(store, "who").detail).toBe("Northwind Traders");
  });

  it("is never taken back by an older revision, nor by the snapshot between acknowledgement and commit", () => {
    const store = connected();
    store.write(KEY, "comments", "one");
    store.write(KEY, "comments", "one two");
    store.receive(comments("one", 13));
    expect(draft(store, "comments")).toBe("one two");
    store.receive({ type: "draft_saved", contact: KEY, field: "comments", revision: 13 });
    expect(sign(store)).toBe("saving");
    store.receive({ type: "draft_saved", contact: KEY, field: "comments", revision: 14 });
    expect(sign(store)).toBe("saved");
    store.receive(comments("one", 13));
    expect(draft(store, "comments")).toBe("one two");
    store.receive(comments("one two", 14));
    store.receive(comments("from the other tab", 15));
    expect(draft(store, "comments")).toBe("from the other tab");
  });

  it("gives way to a newer revision of another panel, and goes on after it", () => {
    const store = connected();
    store.write(KEY, "comments", "mine");
    store.receive(comments("theirs", 20));
    expect(draft(store, "comments")).toBe("theirs");
    expect(store.write(KEY, "comments", "theirs, mine").revision).toBe(21);
  });

  it("says how the draft is kept", () => {
    const store = connected("outbound_ringing");
    expect(sign(store)).toBe("none");
    store.write(KEY, "comments", "x");
    store.link({ state: "lost", retryAt: 1, code: "connection", message: null });
    expect(sign(store)).toBe("kept");
    store.receive({ type: "draft_saved", contact: KEY, field: "comments", revision: 1 });
    expect(sign(store)).toBe("saved");
    store.receive({ ...state("live"), durable: false });
    expect(sign(store)).toBe("saving");
  });

  it("keeps refused words and tells why; a refused choice goes back", () => {
    const store = connected();
    store.write(KEY, "comments", "too late");
    store.receive(message("draft_refused"));
    expect(draft(store, "comments")).toBe("too late");
    expect(sign(store)).toBe("refused");
    expect(store.view.draftProblem).toMatchObject({ field: "comments", code: "contact_closed" });
    store.write(KEY, "disposition", "Unheard of");
    store.receive({ ...message("draft_refused"), field: "disposition", revision: 3, error: "choice_unknown" });
    expect(draft(store, "disposition")).toBe("Answered");
  });

  it("shows drafts that outlived the page, in every field", () => {
    const store = new PhoneStore();
    store.restore([
      message("draft_comments", "to_connector"),
      message("draft_tags", "to_connector"),
      message("draft_who", "to_connector"),
      message("draft_what_clear", "to_connector")
    ]);
    store.receive(state("live"));
    expect(draft(store, "comments")).toBe("Called twice");
    expect(draft(store, "tags")).toEqual(["Refund"]);
    expect(draft(store, "who")).toMatchObject({ name: "Mia Chen", detail: "" });
    expect(draft(store, "what")).toBeNull();
  });

  it("forgets what was saved of contacts that are over, and keeps what was not", () => {
    const store = connected();
    store.write(KEY, "comments", "saved");
    store.write(KEY, "tags", []);
    store.receive({ type: "draft_saved", contact: KEY, field: "comments", revision: 13 });
    store.receive(state("idle"));
    expect(store.drafts.at(KEY, "comments")).toBeUndefined();
    expect(store.drafts.at(KEY, "tags")).toMatchObject({ is: "pending" });
  });

  it("counts only the answer to the last search, and shows what was found before until it comes", () => {
    const store = connected();
    store.searching("f-1", "people", "mia");
    store.receive({ ...message("found"), id: "f-0" });
    expect(store.view.found.people).toMatchObject({ searching: true, records: [] });
    store.receive(message("found"));
    expect(store.view.found.people.records).toHaveLength(1);
    store.searching("f-2", "people", "mia c");
    expect(store.view.found.people.records).toHaveLength(1);
    store.receive(message("found_error"));
    expect(store.view.found.people).toMatchObject({ searching: false, error: "crm_unavailable", records: [] });
  });

  describe("what is said", () => {
    const items = (store) => store.view.transcripts[KEY]?.items.map(({ id, text, why }) => [id, text ?? why]);
    const reading = (...messages) => {
      const store = connected();
      [{ ...message("setup"), transcript: true }, ...messages].forEach((one) => store.receive(one));
      return store;
    };

    it("is the whole, and then what is new", () => {
      const store = reading(message("transcript"));
      expect(items(store)).toHaveLength(8);
      expect(store.view.transcripts[KEY]).toMatchObject({ status: "live", cut: false });
      store.receive(message("segments"));
      expect(items(store).at(-1)).toEqual(["8", "Great. And could you also change the address, please?"]);
      store.receive(message("segments_held"));
      expect(items(store).at(-1)).toEqual(["9", "hold"]);
      expect(items(store)).toHaveLength(8);
      expect(store.view.transcripts[KEY].status).toBe("paused");
      store.receive({ ...message("transcript"), items: [] });
      expect(items(store)).toEqual([]);
    });

    it.each([
      ["its end is told", () => message("transcript_over")],
      ["the call has ended while nobody could tell", () => state("wrapup_saving")],
      ["the contact has gone", () => state("idle")],
      ["the administrator has taken it away", () => message("setup")]
    ])("is forgotten when %s", (_, last) => {
      const store = reading(message("transcript"));
      store.receive(last());
      expect(store.view.transcripts).toEqual({});
    });

    it("does not begin in the middle, and stays while other things change", () => {
      const store = reading(message("segments"));
      expect(store.view.transcripts).toEqual({});
      store.receive(message("transcript"));
      const { transcripts } = store.view;
      store.receive(state("hold"));
      expect(store.view.transcripts).toBe(transcripts);
    });
  });

  it("counts only the preview of the number typed last", () => {
    const store = connected();
    store.previewing("p-1", "(415) 555-0188");
    store.receive({ ...message("previewed"), id: "p-0", shown: "wrong" });
    expect(store.view.preview.shown).toBeUndefined();
    store.receive(message("previewed"));
    expect(store.view.preview).toMatchObject({ typed: "(415) 555-0188", shown: "+1 415 555 0188" });
    store.previewing(null, "");
    expect(store.view.preview).toBeNull();
  });

  describe("fields that Salesforce has asked for", () => {
    const value = (store, name) => store.view.contacts[0].draft.given?.[name];

    it("shows at once what is given, and keeps it until the connector holds it", () => {
      const store = connected("wrapup_asked");
      expect(value(store, "Region__c")).toEqual({ value: "West", revision: 1 });
      const written = store.write(KEY, "Region__c", "North");
      expect(written).toEqual({ type: "draft", contact: KEY, field: "Region__c", revision: 2, text: "North" });
      expect(store.write(KEY, "Visit_On__c", "2026-12-01").revision).toBe(1);
      expect(value(store, "Region__c")).toEqual({ value: "North", revision: 2 });
      expect(value(store, "Visit_On__c").value).toBe("2026-12-01");
      store.receive(state("wrapup_asked"));
      expect(value(store, "Region__c").value).toBe("North");
      const newer = state("wrapup_asked");
      newer.contacts[0].draft.given.Region__c = { value: "South", revision: 3 };
      store.receive(newer);
      expect(value(store, "Region__c").value).toBe("South");
    });

    it("leaves what was refused as it was written, and says so", () => {
      const store = connected("wrapup_asked");
      store.write(KEY, "Visit_On__c", "tomorrow");
      const refused = { type: "draft_refused", contact: KEY, field: "Visit_On__c", revision: 1 };
      store.receive({ ...refused, error: "value_wrong", message: "Visit On takes a date." });
      expect(value(store, "Visit_On__c").value).toBe("tomorrow");
      expect([sign(store), store.view.draftProblem.code]).toEqual(["refused", "value_wrong"]);
    });

    it("writes to a contact that is over, too", () => {
      const store = connected("repairs");
      const draftOf = () => store.view.repairs[0].draft;
      expect(store.write(KEY, "Region__c", "North").revision).toBe(2);
      expect(draftOf().given.Region__c.value).toBe("North");
      expect(store.write(KEY, "comments", "Called twice").revision).toBe(13);
      expect(draftOf().comments.value).toBe("Called twice");
      store.receive(state("idle"));
      expect(store.view.repairs).toEqual([]);
    });

    it("takes only the answer to its last question, and forgets it with the contact", () => {
      const store = connected("wrapup_asked");
      const told = () => store.view.described[KEY];
      store.receive(message("described"));
      expect(told()).toBeUndefined();
      store.describing("p1-9", KEY);
      expect(told().fields).toBeUndefined();
      store.receive(message("described_error"));
      expect([told().error, told().fields]).toEqual(["crm_unavailable", []]);
      store.describing("p1-9", KEY);
      expect([told().error, told().fields]).toEqual([null, undefined]);
      store.receive(message("described"));
      store.describing("p1-10", KEY);
      expect(told().fields).toHaveLength(11);
      store.receive(state("idle"));
      expect(store.view.described).toEqual({});
    });
  });
});
