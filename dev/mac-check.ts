// `node --import tsx dev/mac-check.ts [--part NAME]… [--program FILE] [--out FILE]`: on a Mac, or with --part anywhere, runs
// and writes the report; elsewhere says what it would run. Exit 1 where a part failed.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { macReport } from "./mac/check.ts";
import { partsFor } from "./mac/parts.ts";

const { values } = parseArgs({
  options: {
    part: { type: "string", multiple: true },
    program: { type: "string", default: "dist/cli/main.js" },
    out: { type: "string", default: ".local/mac-check.json" },
  },
});

const folder = mkdtempSync(join(tmpdir(), "ft-mac-check-"));
const all = partsFor([process.execPath, values.program], folder);
const named = values.part ?? [];
const unknown = named.filter((name) => !all.some((part) => part.name === name));
const chosen = named.length === 0 ? all : all.filter(({ name }) => named.includes(name));

if (unknown.length > 0) {
  console.error(`no part ${unknown.join(", ")}: ${all.map(({ name }) => name).join(", ")}`);
  process.exitCode = 2;
} else if (named.length === 0 && process.platform !== "darwin") {
  console.log(`This is ${process.platform}. On a Mac it would run, and write into ${values.out}:`);
  for (const { name, about, command } of chosen)
    console.log(`  ${name}: ${about}\n    ${command.join(" ")}`);
} else {
  const report = macReport(chosen, process.env, ({ name, ok, seconds }) =>
    console.log(`${name}: ${ok ? "ok" : "FAILED"}, ${seconds} s`),
  );
  mkdirSync(dirname(values.out), { recursive: true });
  writeFileSync(values.out, `${JSON.stringify(report, null, 2)}\n`);
  console.log(`${values.out}: paste it into a report`);
  process.exitCode = report.parts.every(({ ok }) => ok) ? 0 : 1;
}
rmSync(folder, { recursive: true, force: true });
