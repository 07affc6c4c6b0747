// The panel's stylesheet: of SLDS only the rules that the components can use, then theirs and the page's own.
import fs from "node:fs";
import path from "node:path";
import { transform } from "esbuild";
import { PurgeCSS } from "purgecss";

const OWN = "/*!own*/";

/**
 * The stylesheet for `content` (files that name classes). `own` are the components' style files and `page` is
 * the page's, which are appended; `classes` are names that no file spells out. Throws when something in it would be fetched from elsewhere.
 */
export async function stylesheet({ slds, content, own, page, classes }) {
  const read = (file) => fs.readFileSync(file, "utf8");
  const all = read(path.join(slds, "assets/styles/salesforce-lightning-design-system.min.css"));
  const ours = own.map(read).join("\n");
  const [purged] = await new PurgeCSS().purge({
    content: content.map((file) => ({ raw: read(file), extension: "txt" })),
    // Our own rules ride along so that the variables they use count as used; they are cut off again, for they stay whole.
    css: [{ raw: `${all}\n${OWN}\n${ours}\n${read(page)}` }],
    defaultExtractor: (text) => text.match(/[\w-]+/g) ?? [],
    safelist: ["html", "body", ...classes],
    keyframes: true,
    variables: true,
    fontFace: true
  });
  const kept = purged.css.slice(0, purged.css.indexOf(OWN));
  // No fonts are shipped: where the user has Salesforce Sans it is used, elsewhere the system's own.
  const text = `${kept.replace(/@font-face\s*{[^}]*}/g, "").replace(/@charset[^;]*;/g, "")}\n${ours}\n${read(page)}`;
  const { code } = await transform(text, { loader: "css", minify: true, legalComments: "none", target: "chrome120" });
  const fetched = code.match(/@import[^;]*|url\((?!["']?data:)[^)]*\)/);
  if (fetched) {
    throw new Error(`the panel's stylesheet would fetch ${fetched[0]}`);
  }
  return code;
}
