import { api } from "lwc";
import { everySecond, now } from "c/clock";
import { currentOf, isCall } from "c/contactShown";
import { connectHost, pageConfig } from "c/hostBridge";
import { PhoneStore } from "c/phoneStore";
import { duration, fill, labels, language } from "c/words";
import { keepCaret, takeCaret } from "./caret";
import { newsOf } from "./news";
import { NO_CALL, OutboundCall, skillNamed, whyNotEmergency } from "./outbound";
import { PanelView } from "./panelView";
import { Session } from "./session";
import { buttonFor, shortcutOf } from "./shortcuts";
import { liveOf } from "./shown";

/** What can be open only during a call. */
const ON_CALL = new Set(["keypad", "consult"]);

/**
 * The phone panel: the only component with state. Everything shown comes from the store's view (see panelView.js); what
 * it keeps itself is which part of the body the agent has opened, and the outbound call in the making.
 */
export default class PhonePanel extends PanelView {
  static renderMode = "light";

  /** The page's settings; without them they are read from the page. */
  @api config;

  labels = labels;
  language = language;

  view = { ...new PhoneStore().view, gate: null };
  opened = null;
  consultTab = "agents";
  creating = null;
  mending = null;
  detailsOpen = false;
  talkOpen = true;
  pressed = null;
  question = null;
  outbound = NO_CALL;
  dismissed = new Set();
  assertive = "";
  polite = "";

  connectedCallback() {
    this.off = [
      this.listen("keydown", (event) => this.keys(event)),
      this.listen("pagehide", () => keepCaret(this, this.current)),
      this.listen("focus", () => this.session?.focused()),
      this.listen("pointerdown", () => this.session?.focused()),
      everySecond(() => this.remind())
    ];
    this.begin();
  }

  disconnectedCallback() {
    this.off.forEach((off) => off());
    this.session?.stop();
  }

  listen(name, handler) {
    window.addEventListener(name, handler);
    return () => window.removeEventListener(name, handler);
  }

  async begin() {
    let gate = { code: "no_host" };
    try {
      const config = this.config ?? pageConfig();
      const host = await connectHost(config);
      if (host) {
        gate = null;
        this.session = new Session({
          host,
          config,
          dial: (wanted) => this.dial(wanted),
          attach: (step) => this.calling.attach(step),
          visited: (record) => this.take(record)
        });
        this.session.store.subscribe((view, before) => this.follow(view, before));
        this.calling = new OutboundCall(this.session, (values) => {
          this.outbound = values;
        });
        this.session.start();
      }
    } catch (error) {
      console.error("The panel could not be connected to Salesforce.", error);
      gate = { code: "host_failed", message: error.message };
    }
    this.view = { ...this.view, gate };
  }

  follow(view, before) {
    this.leave();
    const [live, was] = [liveOf(view.contacts)?.key, liveOf(before.contacts)?.key];
    if (live !== was) {
      this.opened = live && this.opened !== "shortcuts" ? null : ON_CALL.has(this.opened) ? null : this.opened;
    }
    const [current, last] = [currentOf(view.contacts), currentOf(before.contacts)];
    if (current?.key !== last?.key) {
      // A work item is there to be written about; a call is first of all to be heard.
      this.detailsOpen = Boolean(current) && !isCall(current);
    }
    if (this.opened === "consult" && liveOf(view.contacts)?.consult) {
      this.opened = null;
    }
    if (this.creating && view.contacts.every(({ key }) => key !== this.creating.contact)) {
      this.creating = null;
    }
    if (view.contacts !== before.contacts) {
      this.pressed = null;
    }
    if ([...view.contacts, ...view.repairs].every(({ key }) => key !== this.question?.contact)) {
      this.question = null;
    }
    if (this.opened === "repair" && view.repairs.every(({ key }) => key !== this.mending)) {
      this.opened = null;
    }
    const shown = new Set(this.notes.map(({ id }) => id));
    this.view = { ...view, gate: null };
    const fresh = this.notes.filter(({ id }) => !shown.has(id));
    this.say(newsOf(view, before, fresh));
    if (view.agent && !before.agent) {
      this.goBackToComments(takeCaret());
    }
  }

  /** Says it aloud; the same words once more are another text, or they would not be heard. */
  say({ assertive, polite }) {
    const again = (text, was) => (text === was ? `${text}\u00a0` : text);
    this.assertive = assertive ? again(assertive, this.assertive) : this.assertive;
    this.polite = polite ? again(polite, this.polite) : this.polite;
  }

  goBackToComments(caret) {
    if (caret && caret.contact === this.current?.key) {
      this.writeComments(caret.start, caret.end);
    }
  }

  renderedCallback() {
    this.session?.watch(this.lists);
    this.session?.describe(this.written);
    const go = this.afterRender;
    this.afterRender = null;
    go?.();
    this.keepFocus();
  }

  /** The body is about to change: does it have the focus? */
  leave() {
    this.hadFocus = Boolean(this.querySelector(".pp-body")?.contains(document.activeElement));
  }

  /** What had the focus has gone with its part of the body: the keyboard goes on from the controls. */
  keepFocus() {
    if (this.hadFocus && document.activeElement === document.body) {
      const places = ['.pp-tool[tabindex="0"]', ".pp-bar button", ".pp-status"];
      places
        .map((place) => this.querySelector(place))
        .find(Boolean)
        ?.focus();
    }
    this.hadFocus = false;
  }

  // What the agent does

  order(event) {
    const { name, ...values } = event.detail;
    this.pressed = null;
    this.session.order(name, values);
  }

  refused(event) {
    this.pressed = event.detail.code;
  }

  show(event) {
    const { body } = event.detail;
    this.leave();
    if (body === "outbound") {
      this.newCall();
    } else {
      this.opened = this.opened === body ? null : body;
      this.pressed = null;
      if (this.opened === "consult") {
        this.afterRender = () => this.querySelector("c-consult-panel")?.goToTab();
      }
    }
  }

  /** Phone or supervisor. */
  chooseSide(event) {
    this.leave();
    const { name } = event.detail;
    this.opened = name === "supervisor" ? name : this.opened === "supervisor" ? null : this.opened;
    this.pressed = null;
  }

  chooseTab(event) {
    this.consultTab = event.detail.name;
  }

  write(event) {
    const { contact, field, value } = event.detail;
    const { contacts, repairs } = this.view;
    const what = [...contacts, ...repairs].find(({ key }) => key === contact)?.draft.what.value;
    if (field === "who" && value?.type === "Lead" && what) {
      this.question = { ...event.detail, text: fill(labels.leadClears, value.name, what.name) };
      this.afterRender = () => this.querySelector('[data-answer="no"]')?.focus();
    } else {
      this.session.write(event.detail);
    }
  }

  /** The form of a Task that Salesforce has refused, of a contact that is over. */
  mend(event) {
    this.leave();
    this.mending = event.detail.contact;
    this.opened = "repair";
    this.pressed = null;
  }

  describe() {
    this.session.describe(this.written, true);
  }

  /** A Lead was chosen while Related To is filled: the agent has decided. */
  decide(event) {
    const { contact, value } = this.question;
    this.question = null;
    if (event.currentTarget.dataset.answer === "yes") {
      this.session.write({ contact, field: "what", value: null });
      this.session.write({ contact, field: "who", value });
    }
  }

  flush() {
    this.session.flush();
  }

  fold(event) {
    this.detailsOpen = event.detail.open;
  }

  /** The form and the conversation have one place: one of them is open. */
  talk(event) {
    this.talkOpen = event.detail.open;
    this.detailsOpen = this.detailsOpen && !this.talkOpen;
  }

  find(event) {
    this.session.find(event.detail);
  }

  open(event) {
    const { record } = event.detail;
    this.session.ask(fill(labels.openRecord, record.name), (host) => host.popRecord(record.id));
  }

  openUrl(event) {
    this.session.ask(labels.openPage, (host) => host.popUrl(event.detail.url));
  }

  /** A person to be is open in Salesforce: when the agent saves it, its tab becomes active. */
  create(event) {
    const { contact, type, number } = event.detail;
    const title = type === "Lead" ? labels.newLead : labels.newContact;
    this.creating = { contact, type, title };
    this.session.ask(title, (host) => host.newRecord(type, number ? { Phone: number } : {}));
  }

  stopCreating() {
    this.creating = null;
  }

  /** The record that was created from here becomes the Name. What had the number before is not it. */
  take(record) {
    const contact = this.view.contacts.find(({ key }) => key === this.creating?.contact);
    const known = [...(contact?.match.people ?? []), ...(contact?.who_options ?? [])];
    const fits = contact && record.type === this.creating.type && known.every(({ id }) => id !== record.id);
    if (fits && !contact.draft.who.value) {
      this.creating = null;
      this.session.write({ contact: contact.key, field: "who", value: { detail: "", why: "active_tab", ...record } });
      this.say({ polite: fill(labels.sayIsName, record.name) });
    }
  }

  callBack(event) {
    const { number, record, skill } = event.detail;
    this.dial({ number, record, skill: skillNamed(this.view.setup, skill) });
  }

  newCall(wanted) {
    this.calling.start(wanted);
    this.opened = "outbound";
    this.pressed = null;
    if (!wanted) {
      this.afterRender = () => this.querySelector("c-dial-pad")?.goToNumber();
    }
  }

  /** A click on a number: dials at once when nothing is missing, else the screen says what is. */
  dial({ number, record, skill = null, work = null }) {
    this.session.host.show().catch((error) => console.error("Opening the panel did not work.", error));
    this.newCall({ number, record, skill, work });
    if ((skill || this.skills.length === 1) && !this.outboundCode) {
      this.call();
    } else {
      this.pressed = this.outboundCode;
    }
  }

  editOutbound(event) {
    this.pressed = null;
    this.calling.edit(event.detail);
  }

  previewNumber(event) {
    this.session.preview(event.detail.number, event.detail.skill);
  }

  call() {
    if (this.emergency) {
      this.callEmergency(this.emergency);
      return;
    }
    this.pressed = this.outboundCode;
    if (this.pressed) {
      return;
    }
    if (this.view.agent.controls.dial === "hold_first") {
      this.offerHold();
    } else {
      this.place(false);
    }
  }

  /** A call is in the agent's ear: it can be put on hold for this one. */
  offerHold() {
    this.opened = "offer";
    // Salesforce has the focus when the click was there: it is not taken away.
    this.afterRender = () => document.hasFocus() && this.querySelector("c-hold-offer")?.goToOffer();
  }

  holdAndCall() {
    this.place(true);
  }

  async place(hold) {
    const error = await this.calling.call(hold);
    const open = this.opened === "outbound" || this.opened === "offer";
    if (error === "hold_first" && open) {
      this.offerHold();
    } else if (open) {
      this.opened = error ? "outbound" : null;
    }
  }

  /** At once: nothing is asked, and no rule but a missing connection stands in its way. */
  async callEmergency({ number }) {
    this.pressed = whyNotEmergency(this.view);
    if (!this.pressed && !(await this.session.order("dial_emergency", { number })).error) {
      this.opened = null;
    }
  }

  emergencyCall(event) {
    this.callEmergency(event.detail);
  }

  cancel() {
    this.leave();
    this.opened = null;
    this.pressed = null;
  }

  act(event) {
    const { id, name } = event.detail;
    if (name === "now") {
      this.session.client.tryNow();
    } else if (name === "reload") {
      window.location.reload();
    } else {
      this.session.order(name, { contact: this.notes.find((note) => note.id === id).contact });
    }
  }

  dismiss(event) {
    const { id } = event.detail;
    if (id === "notice") {
      this.session.store.notice(null);
    } else {
      this.dismissed = new Set([...this.dismissed, id]);
    }
  }

  writeComments(start, end) {
    this.opened = null;
    this.detailsOpen = true;
    this.afterRender = () => this.querySelector("c-contact-details")?.goToComments(start, end);
  }

  /** A mask reminds of itself, each minute unless it is configured otherwise. */
  remind() {
    const since = this.masked && Math.floor((now() - this.masked.masked_since) / 1000);
    if (since && since % (this.maskReminder / 1000) === 0) {
      this.say({ polite: fill(labels.sayStillMasked, duration(since * 1000)) });
    }
  }

  keys(event) {
    const button = buttonFor(event, this, this.is.dialPad || this.is.consult);
    const key = shortcutOf(event);
    if (button) {
      button.click();
    } else if (event.key === "Escape" && (this.opened || this.question)) {
      this.question = null;
      this.cancel();
    } else if (key === "KeyN" && this.view.agent) {
      this.newCall();
    } else if (key === "KeyC" && this.canWrite) {
      this.writeComments();
    } else {
      return;
    }
    event.preventDefault();
  }
}
