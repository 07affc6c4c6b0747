import { LightningElement } from "lwc";
import { labels } from "c/words";

/** The keyboard shortcuts (`phonePanel/shortcuts.js` carries them out). */
export default class ShortcutList extends LightningElement {
  static renderMode = "light";

  labels = labels;
  shortcuts = [
    ["Alt A", labels.answer],
    ["Alt X", labels.keyLeave],
    ["Alt H", labels.keyHold],
    ["Alt M", labels.keyMute],
    ["Alt K", labels.keypad],
    ["Alt R", labels.keyRecord],
    ["Alt P", labels.keyMask],
    ["Alt T", labels.transferConference],
    ["Alt G", labels.merge],
    ["Alt S", labels.swap],
    ["Alt C", labels.comments],
    ["Alt N", labels.newCall],
    ["Alt V", labels.agentStatus],
    ["Esc", labels.keyEsc],
    ["Alt /", labels.keyList]
  ].map(([keys, does]) => ({ keys, does }));
}
