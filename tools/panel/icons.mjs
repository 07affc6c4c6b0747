// The icons that the components name, cut out of the SLDS sprites.
import fs from "node:fs";
import path from "node:path";

const NAME = /\b(utility|standard|action|custom|doctype):([a-z0-9_]+)\b/g;

/** Names such as "utility:pause" in the texts of `files`, each with the first file that names it. */
export function iconsIn(files) {
  const found = new Map();
  for (const file of files) {
    for (const [name] of fs.readFileSync(file, "utf8").matchAll(NAME)) {
      if (!found.has(name)) {
        found.set(name, file);
      }
    }
  }
  return found;
}

/** The classes of the coloured grounds of `icons`, which c/icon makes from their names: no source spells them out. */
export function groundClasses(icons) {
  return [...icons.keys()]
    .filter((name) => !name.startsWith("utility:"))
    .map((name) => `slds-icon-${name.replace(":", "-").replaceAll("_", "-")}`);
}

/** The text of a module in place of c/iconSource that carries the drawings of `icons`. Throws for an icon SLDS lacks. */
export function iconModule(icons, slds) {
  const symbols = [...icons.keys()].sort().map((name) => symbol(name, icons.get(name), slds));
  return `
const holder = document.createElementNS("http://www.w3.org/2000/svg", "svg");
holder.setAttribute("display", "none");
holder.setAttribute("aria-hidden", "true");
holder.innerHTML = ${JSON.stringify(symbols.join(""))};
document.body.prepend(holder);
export const iconHref = (name) => "#" + name.replace(":", "-");
`;
}

function symbol(name, file, slds) {
  const [set, id] = name.split(":");
  const sprite = fs.readFileSync(path.join(slds, `assets/icons/${set}-sprite/svg/symbols.svg`), "utf8");
  const found = sprite.match(
    new RegExp(`<symbol\\b(?=[^>]*\\sid="${id}")[^>]*\\sviewBox="([^"]+)"[^>]*>(.*?)</symbol>`, "s")
  );
  if (!found) {
    throw new Error(`${file}: SLDS has no icon ${name}`);
  }
  return `<symbol viewBox="${found[1]}" id="${set}-${id}">${found[2].trim()}</symbol>`;
}
