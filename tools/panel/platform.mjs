// Rollup plugin: what Salesforce's own compiler gives a component, given by us. Labels are resolved here with every
// language inside, and chosen when the page starts; icons come with the bundle.
import path from "node:path";
import { iconModule } from "./icons.mjs";

const LABEL = /^@salesforce\/label\/c\.(\w+)$/;
const CHANNEL = /^\0?@salesforce\/messageChannel\/(\w+)$/;
const MESSAGES = path.join(import.meta.dirname, "messageService.js");
const LANGUAGE = "\0phone-panel:language";
const ICONS = "\0phone-panel:icons";

/**
 * `labels` as readLabels gives them, `icons` as iconsIn gives them, `slds` the folder of the design system. Without icons
 * they come from the page's own server, as in an org; then the page is not ours, and its language is left alone.
 */
export function platform({ labels, icons, slds }) {
  const languages = Object.keys(labels);
  return {
    name: "phone-panel-platform",
    resolveId(id) {
      if (id === "lightning/messageService") {
        return MESSAGES;
      }
      if (LABEL.test(id) || CHANNEL.test(id) || id.startsWith("\0phone-panel:")) {
        return id.startsWith("\0") ? id : `\0${id}`;
      }
      return icons && id === "c/iconSource" ? ICONS : null;
    },
    load(id) {
      if (id === LANGUAGE) {
        return languageModule(languages, Boolean(icons));
      }
      if (id === ICONS) {
        return iconModule(icons, slds);
      }
      if (CHANNEL.test(id)) {
        return `export default ${JSON.stringify(id.match(CHANNEL)[1])};`;
      }
      const label = id.startsWith("\0@") && id.slice(1).match(LABEL);
      if (!label) {
        return null;
      }
      const name = label[1];
      if (!(name in labels.en)) {
        this.error(`label ${name} is not in CustomLabels.labels-meta.xml`);
      }
      const texts = languages.map((language) => labels[language][name] ?? labels.en[name]);
      return `import pick from ${JSON.stringify(LANGUAGE)};export default pick(${JSON.stringify(texts)});`;
    }
  };
}

function languageModule(languages, ours) {
  return `
const config = document.getElementById("phone-panel-config");
const wanted = globalThis.PHONE_LANG || (config && JSON.parse(config.textContent).language) || navigator.language || "en";
const place = Math.max(0, ${JSON.stringify(languages)}.indexOf(wanted.slice(0, 2).toLowerCase()));
${ours ? `document.documentElement.lang = ${JSON.stringify(languages)}[place];` : ""}
export default (texts) => texts[place];
`;
}
