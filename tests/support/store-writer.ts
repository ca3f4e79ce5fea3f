// A process that makes a new version of a dataset and writes the file that follows it: `store-writer.ts STORE`.
// Kills itself with -9 before the thing done with files or the database that FT_TEST_DIE_AT numbers; says how many
// there were.
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { SqliteFile } from "../../src/store/driver.ts";

const dieAt = Number(process.env["FT_TEST_DIE_AT"] ?? -1);
let count = 0;

function reached(): void {
  if (count++ === dieAt) process.kill(process.pid, "SIGKILL");
}

for (const name of ["open", "rename"] as const) {
  const real = fs.promises[name] as (...given: unknown[]) => Promise<unknown>;
  Object.assign(fs.promises, {
    [name]: (...given: unknown[]) => {
      reached();
      return real.apply(fs.promises, given);
    },
  });
}
syncBuiltinESMExports();
const execute = SqliteFile.prototype.execute;
SqliteFile.prototype.execute = function (sql, parameters) {
  const counts = sql === "commit" || sql.startsWith("update");
  if (counts) reached();
  const done = execute.call(this, sql, parameters);
  if (counts) reached();
  return done;
};

// after the patches, so that what it imports has them
const { commitRows, openStore, syncFiles } = await import("../../src/store/index.ts");
const store = await openStore(process.argv[2] ?? "");
count = 0;
await commitRows(store, "set", ['{"id":1,"of":2}', '{"id":3}'], { action: "edit" });
await syncFiles(store);
process.stdout.write(`${count}\n`);
await store.close();
