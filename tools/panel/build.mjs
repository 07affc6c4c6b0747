// Build the panel: node tools/panel/build.mjs --out FOLDER
//   FOLDER/panel/   panel.<hash>.js, panel.<hash>.css, licenses.txt, manifest.json (plain name -> hashed name)
//   FOLDER/org/     the same script and stylesheet as static resources of an org
//   FOLDER/vendor/  the whole SLDS stylesheet, the icon sprites and the component beside a record, for the console stand-in
// The same sources give the same bytes, wherever the clone lies. Prints the sizes; over budget it fails.
import crypto from "node:crypto";
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import lwc from "@lwc/rollup-plugin";
import replace from "@rollup/plugin-replace";
import { transform } from "esbuild";
import { rollup } from "rollup";
import { groundClasses, iconsIn } from "./icons.mjs";
import { readLabels } from "./labels.mjs";
import { platform } from "./platform.mjs";
import { bundles, filesBelow } from "./sources.mjs";
import { stylesheet } from "./styles.mjs";

const root = path.resolve(import.meta.dirname, "../..");
// The script has grown with the live transcript (the Conversation and its search, 5 KB), and with the supervisor's tab,
// for which 3 KB were added: a second script would have to be fetched in each of the places where a panel can be. So it
// is for the form of what Salesforce has refused, which has 4 KB.
const BUDGET = { "panel.css": 40 * 1024, "panel.js": 98 * 1024 };
const CLONED = "node.cloneNode(deep)";
const LICENSED = ["lwc", "@lwc/engine-dom", "@salesforce-ux/design-system"];

/** The script that `entry` makes, with its icons inside; without them it is one for the console stand-in. */
async function script(entry, slds, icons) {
  const bundle = await rollup({
    input: path.join(root, "tools/panel", entry),
    onwarn(warning) {
      throw new Error(warning.message);
    },
    plugins: [
      platform({
        labels: readLabels(path.join(root, "force-app/main/default")),
        icons,
        slds
      }),
      stylesElsewhere(),
      syntheticShadow(),
      lwc({ rootDir: root, modules: bundles(root), disableSyntheticShadowSupport: Boolean(icons) }),
      replace({ preventAssignment: true, values: { "process.env.NODE_ENV": '"production"' } }),
      // Chromium forgets what dir="auto" means in a clone of a template's content: a name that was a number first would
      // never be written from right to left. A copy that is made into the page is right.
      replace({
        preventAssignment: true,
        delimiters: ["", ""],
        values: { [CLONED]: "document.importNode(node, deep)" }
      })
    ]
  });
  const { output } = await bundle.generate({ format: icons ? "iife" : "es", inlineDynamicImports: true });
  await bundle.close();
  const { code } = await transform(output[0].code, { minify: true, target: "es2022", legalComments: "none" });
  return `/*! Licences of what is inside: licenses.txt beside this file */\n${code}`;
}

/** What Lightning has on its page, and the panel's own page has not. */
function syntheticShadow() {
  const name = "@lwc/synthetic-shadow";
  const file = () => path.join(packageFolder(createRequire(import.meta.url), name), "dist/index.js");
  return { name: "phone-panel-shadow", resolveId: (id) => (id === name ? file() : null) };
}

/** Our own styles are in the stylesheet, where they are there before the script has run; the script carries none. */
function stylesElsewhere() {
  const none = "\0phone-panel-no-styles";
  return {
    name: "phone-panel-styles",
    resolveId: (id) => (/\.css(\?|$)/.test(id) ? none : null),
    load: (id) => (id === none ? "export default undefined;" : null)
  };
}

function licenses() {
  const require = createRequire(import.meta.url);
  return LICENSED.map((name) => {
    const folder = packageFolder(require, name);
    const { version } = JSON.parse(fs.readFileSync(path.join(folder, "package.json"), "utf8"));
    const files = filesBelow(folder, ["LICENSE", "LICENSE.md", "LICENSE.txt", "License-for-icons.txt"]);
    const texts = files
      .filter((file) => !path.relative(folder, file).includes("node_modules"))
      .map((file) => fs.readFileSync(file, "utf8").trim());
    return `${name} ${version}\n\n${texts.join("\n\n")}\n`;
  }).join(`\n${"-".repeat(80)}\n\n`);
}

function packageFolder(require, name) {
  const places = require.resolve.paths(name).map((place) => path.join(place, name));
  const found = places.find((place) => fs.existsSync(path.join(place, "package.json")));
  if (!found) {
    throw new Error(`npm package ${name} is not installed: run make setup`);
  }
  return fs.realpathSync(found);
}

function writePanel(folder, files) {
  fs.mkdirSync(folder, { recursive: true });
  const manifest = {};
  const over = [];
  for (const [name, text] of Object.entries(files)) {
    const { name: stem, ext } = path.parse(name);
    const hash = crypto.createHash("sha256").update(text).digest("hex").slice(0, 12);
    manifest[name] = `${stem}.${hash}${ext}`;
    fs.writeFileSync(path.join(folder, manifest[name]), text);
    const size = gzipSync(text, { level: 9 }).length;
    const kilobytes = (bytes) => `${(bytes / 1024).toFixed(1)} KB`;
    console.log(
      `  ${name}: ${kilobytes(Buffer.byteLength(text))}, gzipped ${kilobytes(size)} of ${kilobytes(BUDGET[name])}`
    );
    if (size > BUDGET[name]) {
      over.push(name);
    }
  }
  if (over.length) {
    throw new Error(`over budget: ${over.join(", ")}`);
  }
  fs.writeFileSync(path.join(folder, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** Static resources, with plain names: Salesforce puts when they were deployed into their addresses. */
function writeResources(folder, files) {
  fs.mkdirSync(folder, { recursive: true });
  for (const { name, ext, type, text } of files) {
    fs.writeFileSync(path.join(folder, `${name}${ext}`), text);
    fs.writeFileSync(
      path.join(folder, `${name}.resource-meta.xml`),
      `<?xml version="1.0" encoding="UTF-8" ?>
<StaticResource xmlns="http://soap.sforce.com/2006/04/metadata">
    <cacheControl>Public</cacheControl>
    <contentType>${type}</contentType>
    <description>The phone panel, built from lwc/. Licences of what is inside: in the repository.</description>
</StaticResource>
`
    );
  }
}

function writeVendor(folder, slds) {
  fs.mkdirSync(folder, { recursive: true });
  const styles = fs.readFileSync(path.join(slds, "assets/styles/salesforce-lightning-design-system.min.css"), "utf8");
  fs.writeFileSync(path.join(folder, "slds.css"), styles.replace(/@font-face\s*{[^}]*}/g, ""));
  for (const set of ["utility", "standard"]) {
    fs.copyFileSync(
      path.join(slds, `assets/icons/${set}-sprite/svg/symbols.svg`),
      path.join(folder, `${set}-sprite.svg`)
    );
  }
}

/** The component beside a record, with its styles. */
async function writeWindow(folder, slds) {
  if (!fs.existsSync(path.join(root, "lwc/conversationWindow"))) {
    return;
  }
  fs.writeFileSync(path.join(folder, "conversation.js"), await script("console.js", slds, null));
  fs.copyFileSync(path.join(root, "lwc/conversation/conversation.css"), path.join(folder, "conversation.css"));
}

async function build(out) {
  const slds = packageFolder(createRequire(import.meta.url), "@salesforce-ux/design-system");
  const components = path.join(root, "lwc");
  const sources = filesBelow(components, [".html", ".js"]);
  const icons = iconsIn(sources);
  const [js, css] = await Promise.all([
    script("main.js", slds, icons),
    stylesheet({
      slds,
      content: [
        ...sources,
        ...filesBelow(path.join(root, "connector/panel/templates"), [".j2", ".html"]),
        path.join(root, "tools/panel/main.js")
      ],
      own: filesBelow(components, [".css"]),
      page: path.join(root, "tools/panel/page.css"),
      classes: groundClasses(icons)
    })
  ]);
  writePanel(path.join(out, "panel"), { "panel.js": js, "panel.css": css });
  fs.writeFileSync(path.join(out, "panel", "licenses.txt"), licenses());
  writeResources(path.join(out, "org"), [
    { name: "PhonePanelScript", ext: ".js", type: "application/javascript", text: js },
    { name: "PhonePanelStyle", ext: ".css", type: "text/css", text: css }
  ]);
  writeVendor(path.join(out, "vendor"), slds);
  await writeWindow(path.join(out, "vendor"), slds);
}

const { out } = parseArgs({ options: { out: { type: "string" } } }).values;
if (!out) {
  console.error("usage: node tools/panel/build.mjs --out FOLDER");
  process.exit(2);
}
try {
  await build(path.resolve(out));
} catch (problem) {
  console.error(`panel build: ${problem.message}${problem.frame ? `\n${problem.frame}` : ""}`);
  process.exit(1);
}
