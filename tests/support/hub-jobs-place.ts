// A place to start runs from that are jobs of the fake hub, each a process of this machine with a home of its own.
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { FakeHub } from "./fake-hub.ts";
import { makeFolder } from "./folders.ts";
import { compiledProgram, programEnvironment } from "./program.ts";
import { writeRows } from "./toy-model.ts";

export const jobsToken = `hf_${"j".repeat(34)}`;

/** A hub with jobs, a folder with rows to start from, and a host `cloud` that is jobs of that hub. */
export async function hubJobsPlace(more: Record<string, unknown> = {}) {
  const hub = new FakeHub();
  const endpoint = await hub.start();
  onTestFinished(() => hub.stop());
  hub.accounts[jobsToken] = { name: "me" };
  const [cwd, home, there] = [makeFolder(), makeFolder(), makeFolder()];
  writeRows(join(cwd, "rows.jsonl"), 10);
  const ft = join(there, "ft");
  writeFileSync(ft, `#!/bin/sh\nexec '${process.execPath}' '${compiledProgram()}' "$@"\n`);
  chmodSync(ft, 0o755);
  const { FT_ADDON = "" } = programEnvironment();
  const environment = {
    ...{ FT_ADDON, FT_HOME: join(there, "home"), HF_HOME: join(there, "hub") },
    ...{ FT_THREADS: "1", MLX_DISABLE_COMPILE: "1", HOME: there },
  };
  const entry = { kind: "hf-jobs", image: "ghcr.io/me/ft:1", flavor: "t4-small", ft, environment };
  const cloud = { ...entry, folder: join(there, "runs"), timeout: "30m", ...more };
  writeFileSync(join(home, "hosts.yaml"), JSON.stringify({ cloud }));
  const env = { FT_HOME: home, HF_ENDPOINT: endpoint, HF_TOKEN: jobsToken, HF_HUB_OFFLINE: "" };
  return { hub, cwd, env: { ...env, HF_HOME: join(home, "hub") } };
}
