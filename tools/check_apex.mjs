// Check the syntax of every Apex class and trigger below force-app/ with the open-source grammar. Types are
// check_apex_types.py's part.
import fs from "node:fs";
import path from "node:path";
import { ApexParserFactory } from "@apexdevtools/apex-parser";
import { filesBelow } from "./panel/sources.mjs";

const root = path.resolve(process.argv[2] ?? path.join(import.meta.dirname, ".."));

function faultsOf(file) {
  const found = [];
  const listener = {
    syntaxError: (_recognizer, _symbol, line, column, message) =>
      found.push(`${path.relative(root, file)}:${line}:${column + 1} ${message}`),
    reportAmbiguity() {},
    reportAttemptingFullContext() {},
    reportContextSensitivity() {}
  };
  const parser = ApexParserFactory.createParser(fs.readFileSync(file, "utf8"));
  parser.removeErrorListeners();
  parser.addErrorListener(listener);
  if (file.endsWith(".trigger")) {
    parser.triggerUnit();
  } else {
    parser.compilationUnit();
  }
  return found;
}

const files = filesBelow(path.join(root, "force-app"), [".cls", ".trigger"]);
const found = files.flatMap(faultsOf);
found.forEach((fault) => console.log(fault));
console.log(files.length ? `${files.length} Apex files, ${found.length} faults` : "no Apex yet");
process.exit(found.length ? 1 : 0);
