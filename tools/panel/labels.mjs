// Custom labels from the org's own metadata files: English from CustomLabels, the others from the translations.
import fs from "node:fs";
import path from "node:path";
import { XMLParser } from "fast-xml-parser";

const parser = new XMLParser({
  parseTagValue: false,
  trimValues: false,
  isArray: (name) => name === "labels" || name === "customLabels"
});

/**
 * All labels by language and name: `{en: {Phone_Hold: "Hold"}, nl: {…}}`. A language is the first two letters of its
 * Salesforce code. Throws when a name occurs twice in a language.
 */
export function readLabels(metadata) {
  const parse = (file) => parser.parse(fs.readFileSync(path.join(metadata, file), "utf8"));
  const english = parse("labels/CustomLabels.labels-meta.xml").CustomLabels?.labels ?? [];
  const languages = {
    en: collect(
      "en",
      english.map((label) => [label.fullName, label.value])
    )
  };
  for (const file of fs.readdirSync(path.join(metadata, "translations")).sort()) {
    const language = file.slice(0, 2);
    const translated = parse(`translations/${file}`).Translations?.customLabels ?? [];
    languages[language] = collect(
      language,
      translated.map((label) => [label.name, label.label])
    );
  }
  return languages;
}

function collect(language, pairs) {
  const labels = {};
  for (const [name, text] of pairs) {
    if (name in labels) {
      throw new Error(`label ${name} occurs twice in ${language}`);
    }
    labels[name] = text;
  }
  return labels;
}
