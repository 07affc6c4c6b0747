import { LightningElement, api } from "lwc";
import { faceOf } from "c/contactShown";
import { tell } from "c/tell";
import { fill, labels, matchPlace, typeWord } from "c/words";

const SHORTEST = 2;

/**
 * Who is calling, while the contact has no Name: nobody is chosen beforehand. Sends `write` {contact, field, value},
 * `find` {what, text}, `create` {contact, type, number} and `stopcreate`.
 */
export default class CallerMatch extends LightningElement {
  static renderMode = "light";

  @api contact;
  /** The answer to the last search of people. */
  @api found;
  /** {type, title} while a new person is open in Salesforce, or null. */
  @api creating;

  labels = labels;
  text = "";

  get title() {
    const { state } = this.contact.match;
    if (state === "failed") {
      return labels.matchFailed;
    }
    if (state === "none") {
      return labels.nobodyHasNumber;
    }
    return this.contact.direction === "inbound" ? labels.whoIsCalling : labels.whoIsIt;
  }

  get people() {
    return this.contact.match.people.map((person) => this.row(person));
  }

  get searchWord() {
    return this.people.length ? labels.searchElse : labels.searchPeople;
  }

  get searched() {
    return this.text.length >= SHORTEST;
  }

  get answer() {
    return this.found?.text === this.text ? this.found : null;
  }

  get results() {
    return (this.answer?.records ?? []).map((person) => this.row(person));
  }

  get message() {
    if (!this.answer || this.answer.searching) {
      return labels.searching;
    }
    if (this.answer.error) {
      return labels.searchFailed;
    }
    return this.results.length ? "" : labels.nothingFound;
  }

  row(person) {
    const meta = [person.detail, typeWord(person.type)].filter(Boolean).join(" · ");
    return { ...person, face: faceOf(person), meta, place: matchPlace(person) };
  }

  search(event) {
    this.text = event.target.value.trim();
    tell(this, "find", { what: "people", text: this.text });
  }

  choose(event) {
    const known = [...this.contact.match.people, ...(this.answer?.records ?? [])];
    const value = known.find(({ id }) => id === event.target.value);
    // Nobody is chosen before the contact has a Name: a choice may still be taken back.
    event.target.checked = false;
    tell(this, "write", { contact: this.contact.key, field: "who", value });
  }

  /** Arrows only go from one to the next: in a group of radio buttons they would choose at once. */
  walk(event) {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (step && event.target.type === "radio") {
      const all = [...event.currentTarget.querySelectorAll("input")];
      all[(all.indexOf(event.target) + step + all.length) % all.length].focus();
      event.preventDefault();
    }
  }

  create(event) {
    const { key: contact, number } = this.contact;
    tell(this, "create", { contact, type: event.currentTarget.dataset.type, number });
  }

  get createTitle() {
    return fill(labels.createOpen, this.creating.title);
  }

  get createText() {
    const { number_shown: number } = this.contact;
    return number ? fill(labels.createText, number) : labels.createTextNone;
  }

  stopCreating() {
    tell(this, "stopcreate");
  }
}
