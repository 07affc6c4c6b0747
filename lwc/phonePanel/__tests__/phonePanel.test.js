import "../../../tests/lwc/english";
import { faults } from "../../../tests/lwc/accessible";
import { fakeCti, scripts } from "../../../tests/lwc/fakeCti";
import { FakeSocket } from "../../../tests/lwc/fakeSocket";
import { NOW, clean, contact, drawn, message, mount, state, words } from "../../../tests/lwc/wire";
import PhonePanel from "c/phonePanel";

const ORIGIN = "http://localhost:8082";
const CONFIG = { socket: "ws://phone/panel/socket", origins: [ORIGIN], openCtiVersion: "62.0", language: null };
const ROSA_NUMBER = "+14155550188";
const ROSA = { recordId: "003Rosa", objectType: "Contact", recordName: "Rosa Martínez" };

let cti;
let panel;
let socket;

/** A panel in Salesforce whose connector has said hello back with that state. */
async function open(name = "idle", changes = {}) {
  panel = mount("c-phone-panel", PhonePanel, { config: CONFIG });
  await drawn(20);
  socket = FakeSocket.last;
  socket.open();
  await say({ ...message("setup"), ...changes }, state(name));
}

async function say(...messages) {
  socket.say(...messages);
  await drawn(20);
}

const now = (name) => say(state(name));
const find = (selector) => panel.querySelector(selector);
const button = (name) => find(`[data-name="${name}"]`);
const sent = (kind) => socket.sent.filter((one) => one.type === kind);
const last = (kind) => sent(kind).at(-1);
const body = () => words(find(".pp-body"));
const live = (urgency) => words(find(`[aria-live="${urgency}"]`));

async function press(selector) {
  find(selector).click();
  await drawn(20);
}

async function key(code, init = {}) {
  const target = document.activeElement ?? document.body;
  target.dispatchEvent(new KeyboardEvent("keydown", { code, bubbles: true, cancelable: true, ...init }));
  await drawn(20);
}

/** A chore that this panel is to do. */
async function chore(given) {
  await say(given);
  await say({ type: "chore_yours", chore: given.id });
}

const alt = (code) => key(code, { altKey: true });

async function later(ms) {
  jest.advanceTimersByTime(ms);
  await drawn(20);
}

async function reply(values = {}) {
  await say({ type: "reply", id: last("command").id, ...values });
}

/** A click on Rosa's number, and the moment in which a Work Queue could have told of its step. */
async function click() {
  cti.click({ number: ROSA_NUMBER, ...ROSA });
  await later(400);
}

async function type(selector, text) {
  const element = find(selector);
  element.value = text;
  element.dispatchEvent(new CustomEvent("input", { bubbles: true }));
  await drawn(20);
}

describe("phonePanel", () => {
  beforeEach(() => {
    jest.useFakeTimers({ now: NOW });
    jest.spyOn(console, "error").mockImplementation(() => {});
    Element.prototype.scrollIntoView = jest.fn();
    globalThis.WebSocket = FakeSocket;
    FakeSocket.made = [];
    window.sessionStorage.clear();
    window.history.replaceState({}, "", `?mode=Lightning&sfdcIframeOrigin=${encodeURIComponent(ORIGIN)}`);
    cti = fakeCti();
    scripts(cti);
  });

  afterEach(() => {
    clean();
    delete window.sforce;
    jest.restoreAllMocks();
    jest.useRealTimers();
  });

  describe("without Salesforce around it", () => {
    it("says where it belongs when it was opened by itself", async () => {
      window.history.replaceState({}, "", "?");
      panel = mount("c-phone-panel", PhonePanel, { config: CONFIG });
      await drawn();
      expect(words(find(".pp-cards"))).toContain("Open this panel from Salesforce");
      expect(FakeSocket.made).toEqual([]);
      await alt("KeyN");
      expect(console.error).not.toHaveBeenCalled();
    });

    it("says so when another site shows it", async () => {
      window.history.replaceState({}, "", "?sfdcIframeOrigin=https%3A%2F%2Fevil.example");
      panel = mount("c-phone-panel", PhonePanel, { config: CONFIG });
      await drawn();
      expect(words(find(".pp-cards"))).toContain("https://evil.example may not show this panel");
      expect(FakeSocket.made).toEqual([]);
    });
  });

  describe("an inbound call", () => {
    it("rings: opens the panel, says so, and takes no focus", async () => {
      await open();
      const writing = document.createElement("input");
      document.body.append(writing);
      writing.focus();
      await now("offered");
      expect(body()).toBe(
        "Incoming call · Support ENMia ChenNorthwind Traders+1 415 555 0143Waited 0:48 in Support EN"
      );
      expect(live("assertive")).toBe("Incoming call from Mia Chen");
      expect(cti.of("setSoftphonePanelVisibility")).toEqual([{ visible: true }]);
      expect(cti.of("setSoftphoneItemLabel").at(-1)).toEqual({ label: "Ringing" });
      expect(cti.of("setSoftphoneItemIcon").at(-1)).toEqual({ key: "incoming_call" });
      expect(document.activeElement).toBe(writing);
    });

    it("is answered, held, resumed and ended, by mouse and keyboard", async () => {
      await open("offered");
      await alt("KeyA");
      expect(last("command")).toMatchObject({ name: "answer", contact: "01JD-offer" });
      await now("live");
      expect(live("polite")).toBe("Connected with Mia Chen");
      expect(words(find("c-contact-card"))).toContain("Connected4:12Rec");
      await press('[data-name="hold"]');
      expect(last("command")).toMatchObject({ name: "hold", contact: "01JD-live" });
      await now("hold");
      expect(live("polite")).toBe("Mia Chen is on hold");
      expect(cti.of("setSoftphoneItemLabel").at(-1)).toEqual({ label: "On hold 1:32" });
      await alt("KeyX");
      expect(sent("command")).toHaveLength(2);
      expect(words(find("#pp-why"))).toBe("Resume first.");
      await alt("KeyH");
      expect(last("command").name).toBe("resume");
      await now("live");
      expect(live("polite")).toBe("Mia Chen can hear you again");
      await alt("KeyM");
      await alt("KeyR");
      await alt("KeyP");
      await alt("KeyX");
      expect(
        sent("command")
          .slice(3)
          .map(({ name }) => name)
      ).toEqual(["mute", "stop_record", "mask", "end"]);
    });

    it("is said aloud again when the same person rings again", async () => {
      await open("offered");
      const first = find('[aria-live="assertive"]').textContent;
      await now("idle");
      await now("offered");
      expect(find('[aria-live="assertive"]').textContent).not.toBe(first);
      expect(live("assertive")).toBe("Incoming call from Mia Chen");
    });

    it("does nothing while a key is held, or with another modifier", async () => {
      await open("live");
      await key("KeyX", { altKey: true, repeat: true });
      await key("KeyX", { altKey: true, ctrlKey: true });
      await key("KeyX");
      expect(sent("command")).toEqual([]);
    });

    it("tells the utility bar how long it has been going on, at most once a second", async () => {
      await open("live");
      const count = cti.of("setSoftphoneItemLabel").length;
      await later(3000);
      expect(cti.of("setSoftphoneItemLabel").slice(count)).toEqual(
        ["4:13", "4:14", "4:15"].map((time) => ({ label: `On a call ${time}` }))
      );
    });

    it("sends digits by keypad and keyboard, but not from a field", async () => {
      await open("live");
      await alt("KeyK");
      expect(body()).toContain("Digits go to Mia Chen");
      await press('[data-digit="4"]');
      await key("Digit7", { key: "7" });
      await key("Digit3", { key: "#", shiftKey: true });
      expect(sent("command").map(({ digits }) => digits)).toEqual(["4", "7", "#"]);
      await key("Escape", { key: "Escape" });
      await key("Digit7", { key: "7" });
      expect(sent("command")).toHaveLength(3);
    });

    it("frames the panel while masked, reminds each minute, and cries out when masking fails", async () => {
      await open("live");
      await now("masked");
      expect(live("polite")).toBe("Masked");
      expect(words(find(".pp-mask"))).toBe("MASKEDNot recorded, not transcribed0:42");
      expect(find("main").className).toContain("pp_masked");
      await later(12_000);
      await say({ type: "pong", now: Date.now() });
      await later(6_000);
      expect(live("polite")).toBe("Masked for 1:00");
      await now("mask_failed");
      expect(words(find(".pp-note_alarm"))).toContain("NOT masked");
      expect(live("assertive")).toContain("NOT masked");
      await press(".pp-note_alarm button");
      expect(last("command")).toMatchObject({ name: "mask", contact: "01JD-live" });
    });

    it("says what the switch did not do, until that is dismissed", async () => {
      await open("live_problem");
      expect(words(find("c-error-panel"))).toContain("The switch did not answerHold: it is not known to have worked.");
      await press('c-error-panel [title="Close"]');
      expect(find("c-error-panel")).toBeNull();
      await now("live_problem");
      expect(find("c-error-panel")).toBeNull();
    });

    it("says why an order was refused", async () => {
      await open("live");
      await press('[data-name="mute"]');
      await reply({ error: "held", message: "Resume it first." });
      expect(words(find("c-error-panel"))).toBe("Mute did not workResume first.");
      expect(live("polite")).toBe("Mute did not work. Resume first.");
      await press('[data-name="mute"]');
      expect(find("c-error-panel")).toBeNull();
    });
  });

  describe("notes", () => {
    it("are written during the call, shown at once and sent", async () => {
      await open("live");
      await alt("KeyC");
      expect(document.activeElement.id).toBe("pp-comments");
      await type("#pp-comments", "Called twice");
      expect(words(find(".pp-sec"))).toContain("Draft saving");
      await later(250);
      const draft = last("draft");
      expect(draft).toMatchObject({ field: "comments", revision: 13, text: "Called twice" });
      await say(message("draft_saved"), { ...message("draft_saved"), revision: 13 });
      expect(words(find(".pp-sec"))).toContain("Draft saved");
      await now("live");
      expect(find("#pp-comments").value).toBe("Called twice");
    });

    it("and the place in them are back after a reload", async () => {
      await open("live");
      await alt("KeyC");
      await type("#pp-comments", "Called twice");
      find("#pp-comments").setSelectionRange(3, 5);
      window.dispatchEvent(new CustomEvent("pagehide"));
      clean();
      await open("live");
      expect(socket.sent[0].drafts).toMatchObject([{ text: "Called twice" }]);
      expect(document.activeElement.id).toBe("pp-comments");
      expect(document.activeElement.value).toBe("Called twice");
      expect(document.activeElement.selectionStart).toBe(3);
    });

    it("stay open in wrap-up, which says how it stands with the Task", async () => {
      await open("live");
      await now("wrapup_saving");
      expect(live("polite")).toBe("The call has ended");
      expect(words(find("c-save-state"))).toBe("Saving to Salesforce");
      expect(find(".pp-sec")).toBeNull();
      await now("wrapup_saved");
      expect(live("polite")).toBe("Saved to Salesforce");
      await press("c-save-state button");
      expect(cti.of("screenPop")).toEqual([{ type: "sobject", params: { recordId: "00THs00001TaskAIAX" } }]);
      await press('[data-name="done"]');
      expect(last("command").name).toBe("done");
      await now("wrapup_attention");
      expect(live("polite")).toBe("Needs attention. Related To: entity is deleted");
      expect(document.activeElement.id).toBe("pp-what");
    });

    it("say when they are refused", async () => {
      await open("live");
      await say(message("draft_refused"));
      expect(find("c-error-panel")).toBeNull();
      await alt("KeyC");
      await type("#pp-comments", "Called twice");
      await say(message("draft_refused"));
      expect(words(find("c-error-panel"))).toBe("Not saved: CommentsThat call is over.");
      expect(find("#pp-comments").value).toBe("Called twice");
      await press('c-error-panel [title="Close"]');
      expect(find("c-error-panel")).toBeNull();
      await type("#pp-comments", "Called three times");
      await say({ ...message("draft_refused"), revision: 14 });
      expect(words(find("c-error-panel"))).toContain("Not saved: Comments");
    });
  });

  describe("who is calling", () => {
    it("is asked when several have the number; a Lead asks before Related To is cleared", async () => {
      const one = state("several");
      one.contacts[0].draft.what = contact("live").draft.what;
      await open("idle");
      await say(one);
      const choose = (n) => press(`c-caller-match label:nth-of-type(${n}) input`);
      await choose(3);
      expect(words(find('[role="alertdialog"]'))).toContain("D. Whitfield is a Lead");
      expect(sent("draft")).toEqual([]);
      await press('[data-answer="no"]');
      expect(find('[role="alertdialog"]')).toBeNull();
      await choose(3);
      await press('[data-answer="yes"]');
      await later(0);
      expect(sent("draft").map(({ field, record }) => [field, record?.type])).toEqual([
        ["what", undefined],
        ["who", "Lead"]
      ]);
      expect(find("c-caller-match")).toBeNull();
      expect(words(find("c-contact-card"))).toContain("D. Whitfield");
    });

    it("can be searched, and made new with the number", async () => {
      await open("unknown");
      await type("c-caller-match input", "mia");
      await later(250);
      await say({ ...message("found"), id: last("find").id });
      await press('c-caller-match [aria-label="Mia Chen"]');
      await later(0);
      expect(last("draft")).toMatchObject({ field: "who", record: { name: "Mia Chen" } });
      clean();
      window.sessionStorage.clear();
      await open("unknown");
      await press("c-caller-match button");
      expect(cti.of("screenPop").at(-1)).toEqual({
        type: "newRecord",
        params: { entityName: "Contact", defaultFieldValues: { Phone: "+16285550172" } }
      });
    });

    it("becomes the Name when the new person is saved, and not who has the number already", async () => {
      await open("unknown");
      await press('[data-type="Contact"]');
      expect(words(find("c-caller-match"))).toContain("New Contact is open in Salesforce");
      cti.visit({ recordId: "003Dana", objectType: "Contact", recordName: "Dana Whitfield" });
      await later(250);
      expect(last("draft")).toMatchObject({ field: "who", record: { id: "003Dana", name: "Dana Whitfield" } });
      expect(live("polite")).toBe("Dana Whitfield is the Name now");
    });

    it("does not become the Name when the agent gave it up, or looks at a record of another kind", async () => {
      await open("unknown");
      await press('[data-type="Contact"]');
      cti.visit({ recordId: "00QDana", objectType: "Lead", recordName: "Dana Whitfield" });
      await press('c-caller-match [data-act="stop"]');
      cti.visit({ recordId: "003Dana", objectType: "Contact", recordName: "Dana Whitfield" });
      await drawn(20);
      expect(sent("draft")).toEqual([]);
    });

    it("says so when the search cannot be asked for", async () => {
      await open("unknown");
      socket.cut();
      await type("c-caller-match input", "mia");
      await later(250);
      expect(words(find("c-caller-match"))).toContain("The search did not work");
    });
  });

  describe("an outbound call", () => {
    it("is typed, previewed and called with Enter", async () => {
      await open("idle");
      await alt("KeyN");
      expect(document.activeElement.className).toContain("pp-num");
      expect(words(find("#pp-why"))).toBe("Type a number.");
      await type(".pp-num", "(415) 555-0188");
      await later(250);
      await say({ ...message("previewed"), id: last("preview").id });
      expect(words(find("#pp-preview"))).toBe("Will dial +1 415 555 0188 · United States");
      await key("Enter", { key: "Enter" });
      expect(sent("command")).toEqual([]);
      expect(words(find("#pp-why"))).toBe("Choose the skill to call with.");
      find("#pp-skill").value = "Sales";
      find("#pp-skill").dispatchEvent(new CustomEvent("change", { bubbles: true }));
      await drawn();
      find(".pp-num").focus();
      await key("Enter", { key: "Enter" });
      expect(last("command")).toMatchObject({ name: "dial", number: "(415) 555-0188", skill: "Sales", record: null });
      await key("Enter", { key: "Enter" });
      expect(sent("command")).toHaveLength(1);
      await reply({ contact: "01JD-live" });
      await now("outbound_ringing");
      expect(words(find("c-contact-card"))).toContain("Ringing");
    });

    it("asks again what would be dialled when the skill is another, for a plan may be of one skill", async () => {
      await open("idle");
      await alt("KeyN");
      await type(".pp-num", "+1 900 555 0100");
      await later(250);
      expect(last("preview").skill).toBeNull();
      await say({ ...message("previewed"), id: last("preview").id });
      find("#pp-skill").value = "Sales";
      find("#pp-skill").dispatchEvent(new CustomEvent("change", { bubbles: true }));
      await later(250);
      expect(last("preview")).toMatchObject({ number: "+1 900 555 0100", skill: "Sales" });
      await say({ ...message("previewed_error"), id: last("preview").id, error: "number_refused" });
      expect(words(find("#pp-preview"))).toBe("That number may not be called from here.");
      await key("Enter", { key: "Enter" });
      expect(sent("command")).toEqual([]);
    });

    it("says at the number what the connector does not take", async () => {
      await open("idle", { skills: message("setup").skills.slice(2) });
      await alt("KeyN");
      await type(".pp-num", "12x");
      await press('[data-name="call"]');
      await reply({ error: "number_invalid", field: "number", message: "That is not a telephone number." });
      expect(words(find("#pp-preview"))).toBe("That is not a telephone number.");
      expect(find("c-error-panel")).toBeNull();
      await type(".pp-num", "12");
      expect(words(find("#pp-preview"))).toBe("");
    });

    it("may be tried again as it is when something else than the number stood in its way", async () => {
      await open("idle", { skills: message("setup").skills.slice(2) });
      await alt("KeyN");
      await type(".pp-num", "+3120");
      await press('[data-name="call"]');
      await reply({ error: "weather", message: "It rains." });
      expect(words(find("#pp-preview"))).toBe("It rains.");
      await press('[data-name="call"]');
      expect(sent("command")).toHaveLength(2);
    });

    it("is made at once by a click in Salesforce when there is one skill to call with", async () => {
      await open("idle", { skills: message("setup").skills.slice(1) });
      await click();
      expect(last("command")).toMatchObject({
        name: "dial",
        number: "+14155550188",
        skill: "Sales",
        record: { id: "003Rosa", type: "Contact", name: "Rosa Martínez" }
      });
      expect(cti.of("setSoftphonePanelVisibility")).toEqual([{ visible: true }]);
    });

    it("waits for the skill after a click when there are several", async () => {
      await open("idle");
      await click();
      expect(sent("command")).toEqual([]);
      expect(find(".pp-num").value).toBe("+14155550188");
      expect(body()).toContain("Rosa Martínez");
      expect(words(find("#pp-why"))).toBe("Choose the skill to call with.");
    });

    it("cannot be made while another one is being dialled: the screen says why, and the call's controls stay", async () => {
      await open("outbound_ringing", { skills: message("setup").skills.slice(1) });
      await click();
      expect(sent("command")).toEqual([]);
      expect(words(find("#pp-why"))).toBe("End the call you have first.");
      expect(button("end")).not.toBeNull();
      await press('c-dial-pad [title="Close"]');
      expect(find("c-contact-details")).not.toBeNull();
    });

    it("is a call back in one press, with the skill of the call when that can dial", async () => {
      await open("idle");
      await say(message("today"));
      await press('[title="Call back Mia Chen"]');
      expect(last("command")).toMatchObject({ name: "dial", number: "+14155550143", skill: "Support_EN" });
      await reply({ contact: "x" });
      await press('.slds-button_icon[data-row^="01JD-b"]');
      expect(sent("command")).toHaveLength(1);
      expect(find(".pp-num").value).toBe("+16285550172");
    });

    it("is cancelled, and leaves the wrap-up where it was", async () => {
      await open("wrapup_saved");
      await alt("KeyN");
      await alt("KeyX");
      expect(find("c-dial-pad")).toBeNull();
      expect(button("done")).not.toBeNull();
    });

    it("stays on the screen when a call begins to ring, which then has its card and its controls", async () => {
      await open("idle");
      await alt("KeyN");
      await type(".pp-num", "+3120");
      await now("offered");
      expect(document.activeElement).toBe(find(".pp-num"));
      expect(words(find("c-contact-card"))).toContain("Mia Chen");
      await alt("KeyX");
      expect(last("command").name).toBe("decline");
      await press('c-dial-pad [title="Close"]');
      expect(body()).toContain("Incoming call");
    });

    it("cannot be clicked where the administrator has disabled it", async () => {
      await open("idle", { click_to_dial: false });
      expect(cti.of("enableClickToDial")).toHaveLength(0);
      await say(message("setup"));
      await now("idle");
      expect(cti.of("enableClickToDial")).toHaveLength(1);
      await say({ ...message("setup"), click_to_dial: false });
      expect(cti.of("disableClickToDial")).toHaveLength(1);
    });

    it("can be clicked in Salesforce only by who may ever dial", async () => {
      await open("idle");
      expect(cti.of("enableClickToDial")).toHaveLength(1);
      await now("live");
      expect(cti.of("disableClickToDial")).toHaveLength(0);
      await now("logged_out");
      expect(cti.of("disableClickToDial")).toHaveLength(1);
    });
  });

  describe("a second call", () => {
    const one = { skills: message("setup").skills.slice(1) };

    it("is offered with a hold when the agent forgot it, and made so", async () => {
      await open("live", one);
      await click();
      expect(body()).toContain("Mia Chen is still on the line.");
      expect(sent("command")).toEqual([]);
      await press('c-hold-offer [data-answer="yes"]');
      expect(last("command")).toMatchObject({ name: "dial", number: ROSA_NUMBER, skill: "Sales", hold: true });
      await reply({ contact: "01JD-second" });
      await now("two_calls");
      expect(find("c-hold-offer")).toBeNull();
      expect([...panel.querySelectorAll("c-contact-card .pp-card__name")].map(words)).toEqual([
        "Mia Chen",
        "Rosa Martínez"
      ]);
      expect(words(find("#pp-why"))).toBe("Controls act on Rosa Martínez.");
    });

    it("is not made when the agent does not want to, by button or Esc", async () => {
      await open("live", one);
      await click();
      await press('c-hold-offer [data-answer="no"]');
      expect(find("c-hold-offer")).toBeNull();
      await click();
      await key("Escape", { key: "Escape" });
      expect(find("c-hold-offer")).toBeNull();
      expect(sent("command")).toEqual([]);
    });

    it("comes back to the screen with the reason when it is refused", async () => {
      await open("live", one);
      await click();
      await press('c-hold-offer [data-answer="yes"]');
      await reply({ error: "masked", message: "Unmask first." });
      expect(words(find("#pp-preview"))).toBe("Unmask first.");
    });

    it("is offered with a hold also when the connector says so only then", async () => {
      await open("live", one);
      const before = state("live");
      before.agent.controls.dial = null;
      await say(before);
      await click();
      expect(last("command")).toMatchObject({ name: "dial", number: ROSA_NUMBER });
      await reply({ error: "hold_first", message: "Hold first." });
      await now("live");
      expect(body()).toContain("Mia Chen is still on the line.");
    });

    it("is made from the screen with its own button, as the dock belongs to the live call", async () => {
      await open("live", one);
      jest.spyOn(document, "hasFocus").mockReturnValue(true);
      await alt("KeyN");
      await type(".pp-num", "+3120");
      await press('c-dial-pad [data-act="call"]');
      expect(document.activeElement.dataset.answer).toBe("yes");
    });

    it("is swapped, merged and transferred by keys and buttons of the held card", async () => {
      await open("two_calls");
      await alt("KeyS");
      await alt("KeyG");
      await press('[data-act="transfer"]');
      expect(sent("command").map((one_) => [one_.name, one_.contact])).toEqual([
        ["swap", "01JD-live"],
        ["merge", "01JD-live"],
        ["transfer", "01JD-live"]
      ]);
      await alt("KeyX");
      expect(last("command")).toMatchObject({ name: "end", contact: "01JD-second" });
    });

    it("may ring beside a live one: it has its card, the controls stay with the live one", async () => {
      await open("live");
      const both = state("live");
      both.contacts.push(state("consult_offered").contacts[0]);
      await say(both);
      expect(live("assertive")).toBe("Incoming call from Sam Rivera");
      expect(body()).not.toContain("A colleague asks you");
      await alt("KeyA");
      expect(last("command")).toMatchObject({ name: "answer", contact: "01JD-offer" });
      await alt("KeyX");
      expect(last("command")).toMatchObject({ name: "end", contact: "01JD-live" });
      await press('[data-act="decline"]');
      expect(last("command")).toMatchObject({ name: "decline", contact: "01JD-offer" });
    });
  });

  describe("a consult", () => {
    it("is chosen from lists that are told only while they are looked at", async () => {
      await open("live");
      await alt("KeyT");
      expect(last("watch").lists).toEqual(["agents"]);
      await say(message("agents"));
      expect(document.activeElement.type).toBe("search");
      await press('[data-name="skills"]');
      expect(last("watch").lists).toEqual(["skills"]);
      await press('[data-name="book"]');
      expect(last("watch").lists).toEqual([]);
      await later(0);
      expect(last("find")).toMatchObject({ what: "book", text: "" });
      await say({ ...message("found_book"), id: last("find").id });
      expect(body()).toContain("Card fraud line");
      await alt("KeyT");
      expect(find("c-consult-panel")).toBeNull();
      await alt("KeyT");
      expect(find('[data-name="book"]').getAttribute("aria-selected")).toBe("true");
      await key("Escape", { key: "Escape" });
      expect(find("c-consult-panel")).toBeNull();
    });

    it("is made, answered, swapped, merged and left", async () => {
      await open("live");
      await alt("KeyT");
      await say(message("agents"));
      await press("[data-row]");
      expect(last("command")).toMatchObject({
        name: "consult",
        contact: "01JD-live",
        to: { kind: "agent", id: "005Hs00001JonWeIAX" }
      });
      await now("consult_ringing");
      expect(live("polite")).toBe("Calling Jonas Weber");
      expect(body()).toContain("Goes along to Jonas Weber");
      expect(cti.of("setSoftphoneItemLabel").at(-1)).toEqual({ label: "On hold 1:32" });
      await now("consult_connected");
      expect(live("polite")).toBe("Jonas Weber is connected, and only you hear each other");
      await alt("KeyS");
      await now("consult_swapped");
      expect(live("polite")).toBe("You talk to Mia Chen now");
      await now("consult_connected");
      expect(live("polite")).toBe("You talk to Jonas Weber now");
      await alt("KeyG");
      await now("conference");
      expect(live("polite")).toBe("Conference: 4 parties, all hear all");
      expect(body()).toContain("Sam Rivera (you)");
      await alt("KeyX");
      expect(sent("command").map(({ name }) => name)).toEqual(["consult", "swap", "merge", "end"]);
      await now("live");
      expect(live("polite")).toBe("You are with Mia Chen alone again");
    });

    it("leaves the keyboard in reach of the controls, when what had the focus has gone", async () => {
      await open("live");
      await alt("KeyT");
      await say(message("agents"));
      find("[data-row]").focus();
      await key("Escape", { key: "Escape" });
      expect(document.activeElement.dataset.name).toBe("hold");
      await alt("KeyT");
      find("[data-row]").focus();
      await now("consult_ringing");
      expect(document.activeElement.dataset.key).toBe("KeyH");
    });

    it("is transferred or abandoned, and digits go to whom one hears", async () => {
      await open("consult_connected");
      await alt("KeyT");
      await alt("KeyX");
      await alt("KeyK");
      expect(body()).toContain("Digits go to Jonas Weber");
      await press('[data-digit="4"]');
      expect(sent("command").map(({ name }) => name)).toEqual(["transfer", "abandon", "digits"]);
    });

    it("that comes to nothing says so aloud and over the tools, and the customer still waits", async () => {
      await open("consult_ringing");
      const after = state("hold");
      after.contacts[0].problem = { code: "consult_declined", order: "consult", at: NOW };
      await say(after);
      expect(live("assertive")).toBe("The other side declined. Mia Chen is still on hold.");
      expect(words(find("#pp-why"))).toBe("The other side declined. Mia Chen is still on hold.");
      expect(find("c-error-panel")).toBeNull();
    });

    it("rings again when the phone was hung up on hold, and can be ended or taken back", async () => {
      await open("recalled");
      expect(words(find("c-error-panel"))).toContain("Your phone was hung up while the customer was on hold");
      await alt("KeyH");
      await alt("KeyX");
      expect(sent("command").map(({ name }) => name)).toEqual(["resume", "end"]);
    });

    it("says when the connector can keep nothing, and that the panel must stay open", async () => {
      const told = state("idle");
      told.agent.controls.dial = "store_down";
      await open("idle");
      expect(find("c-error-panel")).toBeNull();
      await say(told);
      expect(words(find("c-error-panel"))).toContain("Nothing can be saved now: new calls must wait.");
      expect(words(find("c-error-panel"))).toContain("Keep the panel open");
    });

    it("does not say what goes along where nothing does", async () => {
      await open("consult_ringing", { transfer_notes: false });
      expect(body()).not.toContain("Goes along");
    });

    it("by the number of a keypad takes digits from the keyboard", async () => {
      await open("live");
      await alt("KeyT");
      await press('[data-name="keypad"]');
      find('[data-name="hold"]').focus();
      await key("Digit5", { key: "5" });
      expect(find(".pp-num").value).toBe("5");
      await later(0);
      expect(last("preview").number).toBe("5");
    });

    it("asked of this agent shows who asks, and no search for a caller", async () => {
      await open("consulted");
      expect(words(find("c-contact-card"))).toContain("Sam Riveraasks you in private");
      expect(find("c-caller-match")).toBeNull();
    });
  });

  describe("an emergency call", () => {
    it("is made at once when the number is one, whatever else is missing", async () => {
      await open("unavailable");
      await alt("KeyN");
      await type(".pp-num", "911");
      await later(0);
      await say({ ...message("previewed_emergency"), id: last("preview").id });
      expect(words(find("#pp-emergency"))).toContain("415 Mission St, San Francisco, CA 94105");
      expect(words(find("#pp-emergency"))).toContain("Verified: goes to the local centre (PSAP)");
      expect(words(find(".pp-bar"))).toBe("CancelCall 911 now");
      await press('[data-name="emergency"]');
      expect(last("command")).toMatchObject({ name: "dial_emergency", number: "911" });
      await reply({ contact: "01JD-live" });
      await now("emergency");
      expect(words(find("c-contact-card"))).toContain("Address sent: 415 Mission St, San Francisco, CA 94105");
    });

    it("is made during a call by Enter, without a question", async () => {
      await open("live");
      await alt("KeyN");
      await type(".pp-num", "911");
      await later(0);
      await say({ ...message("previewed_emergency"), id: last("preview").id, emergency: "national", address: "" });
      expect(words(find("#pp-emergency"))).toContain("national emergency call centre");
      await key("Enter", { key: "Enter" });
      expect(last("command")).toMatchObject({ name: "dial_emergency", number: "911" });
    });

    it("is tested with the address that will be read back, and says why it cannot be made", async () => {
      await open("idle");
      const without = state("idle");
      without.agent.controls.dial_emergency = "no_phone";
      await say(without);
      await alt("KeyN");
      await type(".pp-num", "933");
      await later(0);
      await say({ ...message("previewed_emergency"), id: last("preview").id, shown: "933", emergency: "test" });
      expect(words(find("#pp-emergency"))).toContain("You will hear this address read back. No alarm is raised.");
      await press('[data-name="emergency"]');
      expect(sent("command")).toEqual([]);
      expect(words(find("#pp-why"))).toBe("Your phone is not connected.");
    });

    it("is never made by a click: the screen shows the button", async () => {
      await open("idle", { skills: message("setup").skills.slice(1) });
      cti.click({ number: "911", ...ROSA });
      await later(400);
      expect(last("command")).toMatchObject({ name: "dial", number: "911" });
      await reply({ error: "number_emergency", message: "That is an emergency number." });
      await later(1);
      await say({ ...message("previewed_emergency"), id: last("preview").id });
      expect(button("emergency")).not.toBeNull();
      expect(sent("command")).toHaveLength(1);
    });

    it("of a colleague is told to supervisors at once, until they close it", async () => {
      await open("idle");
      await say(message("alarm"), message("alarm"));
      expect(live("assertive")).toMatch(/^Emergency call: Jonas Weber dials 911\. 415 Mission St/);
      expect(panel.querySelectorAll("c-error-panel")).toHaveLength(1);
      expect(words(find("c-error-panel"))).toContain("call back +14155550142");
      await press("c-error-panel [title='Close']");
      expect(find("c-error-panel")).toBeNull();
    });
  });

  describe("work that is no call", () => {
    it("is offered, taken, given back or finished", async () => {
      await open("work_offered");
      expect(live("assertive")).toBe("Offered: Check returned parcel");
      expect(body()).toContain("Work item · Support ENCheck returned parcel");
      await alt("KeyA");
      await now("work_item");
      expect(live("polite")).toBe("Working on Check returned parcel");
      expect(find("#pp-comments")).not.toBeNull();
      await press('c-work-item [title="00001026 Charged twice"]');
      expect(cti.of("screenPop").at(-1)).toEqual({ type: "sobject", params: { recordId: "500Hs00001Case1IAX" } });
      await alt("KeyX");
      await press('[data-name="finish"]');
      expect(sent("command").map(({ name }) => name)).toEqual(["answer", "give_back", "finish"]);
    });

    it("leaves the outbound screen its own bar", async () => {
      await open("work_item");
      await alt("KeyN");
      expect(words(find(".pp-bar"))).toBe("CancelCall");
    });

    it("is parked by a call and comes back after it", async () => {
      await open("email_parked");
      const alone = state("email_parked");
      alone.contacts = [{ ...alone.contacts[0], parked: undefined, controls: { finish: null, give_back: null } }];
      expect(words(find("#pp-why"))).toBe("The e-mail comes back when the call is over.");
      await say(alone);
      expect(live("polite")).toBe("Re: Invoice 20931 is back");
      expect(button("finish")).not.toBeNull();
      await now("email_parked");
      expect(live("polite")).toBe("Re: Invoice 20931 is parked. Connected with Mia Chen");
    });

    it("opens a page of the org as a tab, any other one in a window", async () => {
      await open("work_item");
      jest.spyOn(window, "open").mockImplementation(() => null);
      const shop = state("work_item");
      shop.contacts[0].url = "https://shop.example/a";
      await say(shop);
      await press('[title="https://shop.example/a"]');
      expect(window.open).toHaveBeenCalledWith("https://shop.example/a", "_blank", "noopener,noreferrer");
      shop.contacts[0].url = "/lightning/o/Case/home";
      await say(shop);
      await press('[title="/lightning/o/Case/home"]');
      expect(cti.of("screenPop").at(-1)).toEqual({ type: "url", params: { url: "/lightning/o/Case/home" } });
    });
  });

  describe("a step of a Work Queue", () => {
    const STEP = { workId: "0wT000000000001AAA", completeWorkWhen: "TaskSaved", attributes: { to: "+1 415-555-0188" } };
    const one = { skills: message("setup").skills.slice(1) };
    const clickNow = () => cti.click({ number: ROSA_NUMBER, ...ROSA });

    it.each([
      ["before", [() => cti.step(STEP), clickNow]],
      ["after", [clickNow, () => cti.step(STEP)]]
    ])("goes with the number that it comes %s", async (_, tells) => {
      await open("idle", one);
      tells.forEach((tell) => tell());
      await drawn(20);
      expect(sent("command")).toHaveLength(1);
      expect(last("command")).toMatchObject({
        name: "dial",
        number: ROSA_NUMBER,
        work: "0wT000000000001AAA",
        record: { id: "003Rosa" }
      });
      await later(3000);
      expect(sent("command")).toHaveLength(1);
    });

    it("is called also when no click comes for it", async () => {
      await open("idle", one);
      cti.step(STEP);
      await later(2000);
      expect(last("command")).toMatchObject({ name: "dial", number: "+1 415-555-0188", work: STEP.workId });
    });

    it("does not go with another number", async () => {
      await open("idle", one);
      cti.step({ ...STEP, attributes: { to: "+31201234567" } });
      clickNow();
      await later(400);
      expect(last("command").work).toBeUndefined();
    });

    it("that comes late still goes with a call that waits for its skill", async () => {
      await open("idle");
      await click();
      cti.step(STEP);
      find("#pp-skill").value = "Sales";
      find("#pp-skill").dispatchEvent(new CustomEvent("change", { bubbles: true }));
      await drawn(20);
      await press('[data-name="call"]');
      expect(last("command")).toMatchObject({ name: "dial", work: STEP.workId });
    });

    it("is completed when the connector says so, and said to be done only when it was", async () => {
      await open("wrapup_saved");
      await chore(message("chore_complete_work"));
      expect(cti.of("completeWork")).toEqual([
        {
          workId: "0wT000000000001AAA",
          attributes: { disposition: "Answered", taskId: "00T000000000001AAA", wasConnected: true }
        }
      ]);
      expect(last("chore_done")).toMatchObject({ chore: "h-3", ok: true });
    });

    it("is completed once, also when another connector asks for it by another name", async () => {
      await open("wrapup_saved");
      await chore(message("chore_complete_work"));
      await chore({ ...message("chore_complete_work"), id: "h-77" });
      expect(cti.of("completeWork")).toHaveLength(1);
      expect(last("chore_done")).toMatchObject({ chore: "h-77", ok: true });
    });

    it("that Salesforce does not complete is told to the agent, and tried again", async () => {
      await open("wrapup_saved");
      cti.answers.completeWork = new Error("not your work");
      await chore(message("chore_complete_work"));
      expect(last("chore_done")).toMatchObject({ chore: "h-3", ok: false, message: "completeWork: not your work" });
      expect(words(find("c-error-panel"))).toContain(
        "The Work Queue step is not complete yet; it is tried againcompleteWork: not your work"
      );
      delete cti.answers.completeWork;
      await chore(message("chore_complete_work"));
      expect(last("chore_done")).toMatchObject({ chore: "h-3", ok: true });
    });

    it("that comes when the call was made already is told to the connector", async () => {
      await open("idle", one);
      await click();
      await reply({ contact: "01JD-live" });
      cti.step(STEP);
      await drawn(20);
      expect(last("command")).toMatchObject({ name: "step", contact: "01JD-live", work: STEP.workId });
    });

    it("that comes while the call is asked for waits for the answer", async () => {
      await open("idle", one);
      await click();
      cti.step(STEP);
      await drawn(20);
      expect(sent("command")).toHaveLength(1);
      await reply({ contact: "01JD-live" });
      expect(last("command")).toMatchObject({ name: "step", contact: "01JD-live", work: STEP.workId });
    });

    it("goes with the call that is tried again when the first one was refused", async () => {
      await open("idle", one);
      await click();
      cti.step(STEP);
      await reply({ error: "switch_down", message: "away" });
      await press('[data-name="call"]');
      expect(last("command")).toMatchObject({ name: "dial", work: STEP.workId });
    });
  });

  describe("the connection", () => {
    it("lost: says so, turns all off, keeps the draft; regained: all is back", async () => {
      await open("live");
      await alt("KeyC");
      await type("#pp-comments", "Kept");
      socket.cut();
      await drawn(20);
      expect(live("assertive")).toBe("Connection lost. Your call goes on.");
      expect(words(find("c-error-panel"))).toMatch(
        /Connection lost\. Your call goes on\.Trying again in 0:0\d\.Try now/
      );
      expect(panel.querySelectorAll('.pp-dock [aria-disabled="true"]')).toHaveLength(7);
      expect(words(find(".pp-sec"))).toContain("Draft kept here");
      expect(cti.of("setSoftphoneItemLabel").at(-1).label).toBe("On a call 4:12 !");
      await press("c-error-panel button");
      socket = FakeSocket.last;
      socket.open();
      expect(socket.sent[0].drafts).toMatchObject([{ text: "Kept" }]);
      await say(message("setup"), state("live"));
      expect(find("c-error-panel")).toBeNull();
      expect(live("polite")).toBe("Connected again");
      expect(find("#pp-comments").value).toBe("Kept");
    });

    it("never had: says nothing at first, and then why", async () => {
      cti.answers.runApex = new Error("No access to PhonePanelSession");
      panel = mount("c-phone-panel", PhonePanel, { config: CONFIG });
      expect(words(panel)).toContain("Connecting");
      expect(find("c-error-panel")).toBeNull();
      await drawn(20);
      expect(words(find("c-error-panel"))).toContain("No access to PhonePanelSession");
    });

    it("refused: says why, and tries again", async () => {
      await open("live");
      await say({ type: "error", error: "not_an_agent", message: "Your user is not an agent.", final: true });
      expect(words(find("c-error-panel"))).toMatch(
        /^You are not set up as an agent: ask your administrator\.Trying again/
      );
    });

    it("to a newer connector: asks to reload", async () => {
      await open("idle");
      await say({ type: "error", error: "wire_version", message: "Speak 2.", final: true });
      expect(words(find("c-error-panel"))).toContain("This page is out of date");
    });

    it("of the phone lost: says which", async () => {
      await open("no_phone");
      expect(words(find("c-error-panel"))).toContain("Calls cannot reach you (extension 2041)");
      expect(live("assertive")).toContain("Your phone is not connected.");
    });
  });

  describe("beside the calls", () => {
    it("watches lists only while they are shown, and again after a lost connection", async () => {
      await open("idle");
      expect(last("watch").lists).toEqual(["queues", "today"]);
      await say(message("queues"), message("today"));
      expect(body()).toContain("Support ENlongest 1:483");
      await now("live");
      expect(last("watch").lists).toEqual([]);
      await now("idle");
      expect(last("watch").lists).toEqual(["queues", "today"]);
      await press('[data-key="Slash"]');
      expect(body()).toContain("Keyboard shortcuts");
      expect(last("watch").lists).toEqual([]);
      await key("Escape", { key: "Escape" });
      expect(last("watch").lists).toEqual(["queues", "today"]);
      socket.cut();
      await later(300);
      socket = FakeSocket.last;
      socket.open();
      await say(message("setup"), state("idle"));
      expect(last("watch").lists).toEqual(["queues", "today"]);
    });

    it("does its chores, and says which could not be done", async () => {
      await open("idle");
      cti.answers.getSoftphoneLayout = {
        Inbound: { screenPopSettings: { NoMatch: { screenPopType: "PopToSearch" } } }
      };
      await chore(message("chore_pop"));
      await chore(message("chore_search"));
      await chore(message("chore_flow"));
      await chore(message("chore_new_record"));
      await chore(message("chore_layout"));
      await chore({ type: "chore", id: "h-7", kind: "refresh", contact: "c", record: null, text: null });
      cti.answers.refreshView = new Error("no view");
      await chore({ type: "chore", id: "h-8", kind: "refresh", contact: "c", record: null, text: null });
      await chore({ type: "chore", id: "h-9", kind: "dance", contact: "c", record: null, text: null });
      expect(cti.of("screenPop").map((one) => one.type)).toEqual(["sobject", "search", "flow", "newRecord", "search"]);
      expect(cti.of("screenPop")[2].params.flowArgs).toContainEqual({
        name: "contactKey",
        type: "String",
        value: "01JD-live"
      });
      expect(sent("chore_taken")[0]).toEqual(message("chore_taken", "to_connector"));
      expect(sent("chore_done")[0]).toEqual(message("chore_done", "to_connector"));
      expect(sent("chore_done").map(({ chore: id, ok, message: words_ }) => [id, ok, words_])).toEqual([
        ...["h-1", "h-2", "h-4", "h-5", "h-6", "h-7"].map((id) => [id, true, ""]),
        ["h-8", false, "refreshView: no view"],
        ["h-9", false, "dance is not a chore that this panel knows."]
      ]);
      expect(find("c-error-panel")?.textContent ?? "").not.toContain("no view");
    });

    it("does nothing before it is told that the chore is its own, and nothing that it was not offered", async () => {
      await open("idle");
      await say(message("chore_pop"), { type: "chore_yours", chore: "h-99" });
      expect(sent("chore_taken")).toHaveLength(1);
      expect([cti.of("screenPop"), sent("chore_done")]).toEqual([[], []]);
      await say(message("chore_yours"));
      expect(cti.of("screenPop")).toHaveLength(1);
    });

    it("does a chore once, however often it is given it: its word may have been lost", async () => {
      await open("idle");
      await chore(message("chore_pop"));
      await chore(message("chore_pop"));
      expect(cti.of("screenPop")).toHaveLength(1);
      expect(sent("chore_done").map(({ ok }) => ok)).toEqual([true, true]);
      cti.answers.screenPop = new Error("busy");
      const other = { ...message("chore_pop"), id: "h-50" };
      await chore(other);
      delete cti.answers.screenPop;
      await chore(other);
      expect(sent("chore_done").map(({ ok }) => ok)).toEqual([true, true, false, true]);
      expect(cti.of("screenPop")).toHaveLength(3);
    });

    it("that was cut off while it is at one tells when it is back, and does not begin anew", async () => {
      await open("idle");
      cti.silent.add("screenPop");
      await chore(message("chore_pop"));
      socket.cut();
      await later(300);
      socket = FakeSocket.last;
      socket.open();
      await say(message("setup"), state("idle"));
      await chore(message("chore_pop"));
      expect(sent("chore_done")).toEqual([]);
      cti.late("screenPop");
      await drawn(20);
      expect(cti.of("screenPop")).toHaveLength(1);
      expect(sent("chore_done").map(({ chore: id, ok }) => [id, ok])).toContainEqual(["h-1", true]);
    });

    it("reports visited records and its focus", async () => {
      cti.answers.getAppViewInfo = ROSA;
      await open("idle");
      expect(sent("visited")).toEqual([
        { type: "visited", record: { id: "003Rosa", type: "Contact", name: "Rosa Martínez" } }
      ]);
      cti.visit({ recordId: "500x", objectType: "Case", recordName: "00001026" });
      expect(sent("visited")).toHaveLength(2);
      cti.visit({ url: "/lightning/o/Case/list" });
      await drawn(20);
      expect(sent("visited").map(({ record }) => record.id)).toEqual(["003Rosa", "500x", "003Rosa"]);
      expect(sent("focus")).toHaveLength(1);
      await later(501);
      window.dispatchEvent(new CustomEvent("pointerdown"));
      window.dispatchEvent(new CustomEvent("focus"));
      expect(sent("focus")).toHaveLength(2);
      await later(501);
      window.dispatchEvent(new CustomEvent("focus"));
      expect(sent("focus")).toHaveLength(3);
    });

    it("orders the agent's state, and says when Salesforce cannot open a record", async () => {
      await open("live");
      await alt("KeyV");
      await press('[data-id="reason Lunch"]');
      expect(last("command")).toMatchObject({ name: "set_state", state: "UNAVAILABLE", reason: "Lunch" });
      cti.answers.screenPop = new Error("The record was deleted");
      await press(".pp-card .pp-link");
      expect(words(find("c-error-panel"))).toContain("The record was deleted");
    });

    it("calls a host that does not take the panel's words once by name on the console", async () => {
      cti.answers.setSoftphoneItemLabel = new Error("no utility bar");
      await open("idle");
      expect(console.error).toHaveBeenCalledWith(
        expect.stringContaining("The label of the utility"),
        expect.any(Error)
      );
    });
  });

  describe("what is said", () => {
    const READS = { transcript: true };
    const told = () => cti.of("publish").map(({ message: one }) => one);
    const kinds = () => told().map((one) => one.type);
    const lines = () => [...panel.querySelectorAll("c-conversation .cv-item")].map(words);

    async function talking(name = "live", setup = READS) {
      await open(name, setup);
      await say(message(name === "conference" ? "transcript_conference" : "transcript"));
    }

    it("stands below the details, with names and times", async () => {
      await talking();
      expect(lines()).toHaveLength(8);
      expect(lines()[0]).toBe("I was charged twice for the same invoice.Mia Chen · 2:12");
      expect(lines()[1]).toBe("Sorry about that. Which invoice is it?You · 2:20");
      expect(lines()[3]).toBe("On hold · 0:42");
      expect(lines()[7]).toBe("Great. And could you also change the…Mia Chen · 4:11 · speaking");
      await say(message("segments_held"));
      expect(lines()[7]).toBe("On hold since 4:12: nothing is heard");
    });

    it("has each party's name in a conference", async () => {
      await talking("conference");
      expect(lines().map((line) => line.match(/(\w+ \w+|You) · /)[1])).toEqual(["Mia Chen", "Jonas Weber", "You"]);
      expect(words(find("c-conversation"))).toContain("What was said before this is gone.");
    });

    it("is not there for who may not, nor before the answer, nor after the call", async () => {
      await talking("live", {});
      expect(find("c-conversation")).toBeNull();
      await say({ ...message("setup"), ...READS });
      expect(find("c-conversation")).toBeNull();
      await say(message("transcript"));
      expect(find("c-conversation")).not.toBeNull();
      await say(state("wrapup_saving"), message("transcript_over"));
      expect(find("c-conversation")).toBeNull();
      expect(kinds().at(-1)).toBe("over");
      expect(JSON.stringify([{ ...window.sessionStorage }, { ...window.localStorage }])).not.toContain("charged");
    });

    it("shares its place with the details", async () => {
      await talking();
      const opened = () =>
        [find("c-contact-details .pp-sec"), find("c-conversation .pp-sec")].map(
          (one) => one.ariaExpanded ?? one.getAttribute("aria-expanded")
        );
      expect(opened()).toEqual(["false", "true"]);
      await press("c-contact-details .pp-sec");
      expect(opened()).toEqual(["true", "false"]);
      await press("c-conversation .pp-sec");
      expect(opened()).toEqual(["false", "true"]);
      await press("c-conversation .pp-sec");
      expect(opened()).toEqual(["false", "false"]);
      await press("c-contact-details .pp-sec");
      await press("c-contact-details .pp-sec");
      expect(opened()).toEqual(["false", "false"]);
    });

    it("is told to the components beside the records: the whole, what is new, the end", async () => {
      await open("live", READS);
      expect(cti.of("subscribe")).toEqual([{ channelName: "Phone_Conversation__c" }]);
      expect(told()).toEqual([{ type: "over", sequence: 1 }]);
      await say(message("transcript"));
      expect(told().at(-1)).toMatchObject({
        type: "conversation",
        contact: "01JD-live",
        name: "Mia Chen",
        status: "live"
      });
      expect(told().at(-1).lines).toHaveLength(8);
      await say(message("segments"));
      expect(told().at(-1)).toMatchObject({ type: "segments", contact: "01JD-live", dropped: [] });
      expect(
        told()
          .at(-1)
          .lines.map(({ id, who, at }) => [id, who, at])
      ).toEqual([["8", "Mia Chen", 251_000]]);
      await say(message("segments_held"));
      expect(told().at(-1)).toMatchObject({ status: "paused", dropped: ["8"] });
      await say(state("live"));
      expect(kinds()).toEqual(["over", "conversation", "segments", "segments"]);
      await say(message("transcript_over"));
      expect(told().at(-1)).toEqual({ type: "over", sequence: 5 });
    });

    it("is told again to a component that has just come, and another customer's as a whole", async () => {
      await talking();
      cti.message({ type: "hello" });
      cti.message({ type: "conversation", sequence: 1 });
      cti.message(undefined);
      expect(kinds()).toEqual(["over", "conversation", "conversation"]);
      const renamed = state("live");
      renamed.contacts[0].draft.who.value = {
        id: "003x",
        type: "Contact",
        name: "Ann Chen",
        detail: "",
        why: "search"
      };
      await say(renamed);
      expect(told().at(-1)).toMatchObject({ type: "conversation", name: "Ann Chen" });
      expect(told().at(-1).lines[0].who).toBe("Ann Chen");
    });

    it("gives a sign of life, and says when the page goes", async () => {
      await talking();
      await later(31_000);
      expect(told().at(-1)).toMatchObject({ type: "segments", lines: [], dropped: [] });
      await later(10_000);
      expect(kinds()).toEqual(["over", "conversation", "segments"]);
      window.dispatchEvent(new CustomEvent("pagehide"));
      await drawn(20);
      expect(kinds().at(-1)).toBe("over");
    });

    it("goes on in the panel where the org has no message channel, which is told of once", async () => {
      cti.answers.publish = new Error("no such channel");
      await talking();
      await say(message("segments"));
      expect(lines()).toHaveLength(8);
      expect(console.error.mock.calls.filter(([text]) => text.includes("beside the record"))).toHaveLength(1);
    });

    it("is accessible", async () => {
      await talking();
      expect(await faults(panel)).toEqual([]);
    });
  });

  describe("a Task that Salesforce has refused", () => {
    const described = (changes = {}) => say({ ...message("described"), id: last("describe").id, ...changes });

    it("asks once what its fields take, and again when it is refused for others", async () => {
      await open("wrapup_asked");
      expect(sent("describe")).toEqual([{ type: "describe", id: last("describe").id, contact: "01JD-live" }]);
      expect(body()).toContain("Looking up the fields");
      await described();
      await now("wrapup_asked");
      expect(sent("describe")).toHaveLength(1);
      expect(find("#pp-Region__c").value).toBe("West");
      const next = state("wrapup_asked");
      next.contacts[0].save.message = "Another one.";
      await say(next);
      expect(sent("describe")).toHaveLength(2);
      expect(find("#pp-Region__c").value).toBe("West");
    });

    it("asks again when the agent wants to, and after a lost connection", async () => {
      await open("wrapup_asked");
      await described({ fields: undefined, error: "crm_unavailable" });
      await press("c-task-fields button");
      expect(sent("describe")).toHaveLength(2);
      await described();
      expect(find("#pp-Region__c")).not.toBeNull();
    });

    it("sends what is filled in as a draft, and says at the field what the connector has against it", async () => {
      await open("wrapup_asked");
      await described();
      await type("#pp-Amount__c", "twelve");
      await later(250);
      const { field, revision, text } = last("draft");
      expect([field, revision, text]).toEqual(["Amount__c", 1, "twelve"]);
      const refused = { type: "draft_refused", contact: "01JD-live", field, revision };
      await say({ ...refused, error: "value_wrong", message: "Amount takes a number." });
      expect(words(find("#pp-Amount__c-problem"))).toBe("This field does not take that.");
      expect(find("c-error-panel")).toBeNull();
      expect(find("#pp-Amount__c").value).toBe("twelve");
    });

    it("is mended from the list when its contact is over, and the list is there again when it is saved", async () => {
      await open("repairs");
      expect(words(find("c-repair-list"))).toContain("Mia Chen");
      expect(sent("describe")).toEqual([]);
      await press("c-repair-list button");
      await described();
      expect(document.activeElement.id).toBe("pp-Region__c");
      expect(words(find(".pp-cards"))).toContain("Required fields are missing");
      await press('[data-name="save_again"]');
      expect(last("command")).toMatchObject({ name: "save_again", contact: "01JD-live" });
      await reply();
      const saving = state("repairs");
      Object.assign(saving.repairs[0].save, { state: "saving", message: null, code: null, field: null });
      delete saving.repairs[0].save.fields;
      await say(saving);
      expect(words(find("c-save-state"))).toBe("Saving to Salesforce");
      const again = state("repairs");
      again.repairs[0].save.message = "West needs a visit.";
      await say(again);
      expect(live("polite")).toBe("Needs attention. West needs a visit.");
      await say(saving);
      await now("idle");
      expect(find("c-contact-details")).toBeNull();
      expect(live("polite")).toBe("Mia Chen: saved to Salesforce");
      expect(find("c-queue-list")).not.toBeNull();
    });

    it("is left without a change by Close and by Escape", async () => {
      await open("repairs");
      await press("c-repair-list button");
      await press('[data-name="cancel"]');
      expect(find("c-repair-list")).not.toBeNull();
      await press("c-repair-list button");
      await key("Escape", { key: "Escape" });
      expect(find("c-repair-list")).not.toBeNull();
      expect(sent("command")).toEqual([]);
    });

    it("gives way to a call that is answered", async () => {
      await open("repairs");
      await press("c-repair-list button");
      const ringing = { ...state("offered"), repairs: state("repairs").repairs };
      await say(ringing);
      expect(find("c-task-fields")).not.toBeNull();
      await say({ ...state("live"), repairs: ringing.repairs });
      expect(find("c-task-fields")).toBeNull();
    });

    it("asks before a Lead takes the place of Related To there, too", async () => {
      const before = state("repairs");
      before.repairs[0].draft.what.value = { id: "500A", type: "Case", name: "00001026", detail: "", why: "" };
      await open("repairs");
      await say(before);
      await press("c-repair-list button");
      const lead = { id: "00QA", type: "Lead", name: "D. Whitfield" };
      const pick = { contact: "01JD-live", field: "who", value: lead };
      find("c-contact-details").dispatchEvent(new CustomEvent("write", { detail: pick, bubbles: true }));
      await drawn(20);
      expect(words(find(".pp-note_ask"))).toContain("D. Whitfield");
      await press('[data-answer="yes"]');
      await later(0);
      expect(sent("draft").map(({ field }) => field)).toEqual(["what", "who"]);
    });

    it("is accessible", async () => {
      await open("repairs");
      expect(await faults(panel)).toEqual([]);
      jest.useFakeTimers();
      await press("c-repair-list button");
      await described();
      expect(await faults(panel)).toEqual([]);
    });
  });

  it.each(["idle", "offered", "live", "hold", "conference", "several", "wrapup_attention", "two_calls"])(
    "is accessible: %s",
    async (name) => {
      await open(name);
      expect(await faults(panel)).toEqual([]);
    }
  );
});
