import { LightningElement, api } from "lwc";
import { tell } from "c/tell";
import { around, labels } from "c/words";

const ICONS = { offline: "utility:offline", error: "utility:error", warning: "utility:warning", info: "utility:info" };
const TONES = { offline: "pp-note slds-theme_offline", error: "pp-note pp-note_error", alarm: "pp-note pp-note_alarm" };

/**
 * A banner over the cards: {id, tone, title, text, until, action: {name, label}, closes}. The tones are offline, error,
 * alarm and info. It is not live itself, for its countdown would be read aloud. Sends `act` {id, name} and `dismiss` {id}.
 */
export default class ErrorPanel extends LightningElement {
  static renderMode = "light";

  @api note;

  labels = labels;
  countdown = around(labels.tryingAgainIn);

  get noteClass() {
    return TONES[this.note.tone] ?? "pp-note";
  }

  get icon() {
    return ICONS[this.note.tone] ?? "utility:warning";
  }

  act() {
    tell(this, "act", { id: this.note.id, name: this.note.action.name });
  }

  close() {
    tell(this, "dismiss", { id: this.note.id });
  }
}
