// The commands of docs/looking-inside.md, run as they stand, over a home with a dataset, a job and a studio.
import { execFile, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { answerCall, beginCall, createJob, openStore } from "../../src/store/index.ts";
import { createFilledDataset, fileInStep } from "../../src/store/platform/index.ts";
import { FakeProvider } from "../support/fake-provider.ts";
import { makeFolder } from "../support/folders.ts";
import { compiledProgram, programEnvironment } from "../support/program.ts";
import { testStudio } from "../support/studio.ts";

const page = readFileSync(new URL("../../docs/looking-inside.md", import.meta.url), "utf8");
const commands = [...page.matchAll(/```sh\n([^]*?)```/g)].flatMap(([, block = ""]) =>
  block.trimEnd().split("\n"),
);

const isThere = (program: string): boolean => spawnSync(program, ["--version"]).status === 0;

async function filledHome(): Promise<string> {
  const home = makeFolder();
  mkdirSync(join(home, "datasets"));
  const store = await openStore(join(home, "store", "ft.db"));
  const { id } = await createFilledDataset(store, {
    wanted: { name: "seen", format: "instruction", folder: join(home, "datasets") },
    examples: [{ content: { instruction: "why", output: "because" } }],
  });
  await fileInStep(store, id);
  await createJob(store, { kind: "training", title: "one", units: [{ key: "run" }] });
  const content = { provider: "p", model: "m", parameters: {}, prompt: "x" };
  const call = await beginCall(store, { content, most: 5 });
  if (call.state === "begun") await answerCall(store, call, { answer: "a", spent: 500_000_000 });
  await store.close();
  return home;
}

/** `ft` as a word of the shell. */
function binFolder(): string {
  const folder = makeFolder();
  const file = join(folder, "ft");
  writeFileSync(file, `#!/bin/sh\nexec "${process.execPath}" "${compiledProgram()}" "$@"\n`);
  chmodSync(file, 0o755);
  return folder;
}

const tools = ["sqlite3", "jq", "curl"];

test.skipIf(!tools.every(isThere))(
  "every command of the page shows what is there",
  { timeout: 300_000 },
  async () => {
    const home = await filledHome();
    const fake = await FakeProvider.start();
    const { apiUrl, token } = await testStudio({ home, environment: { OLLAMA_URL: fake.origin } });
    const environment = {
      ...programEnvironment(),
      ...{ FT_HOME: home, FT_KEYCHAIN: "off", OLLAMA_URL: fake.origin },
      ...{ API: apiUrl, TOKEN: token, PATH: `${binFolder()}:${process.env["PATH"]}` },
    };
    const said = new Map<string, string>();
    const run = promisify(execFile);
    for (const command of commands) {
      // the studio of this process answers some of them: nothing may block it
      const { stdout } = await run("bash", ["-o", "pipefail", "-c", command], { env: environment });
      said.set(command, stdout.trim());
    }
    expect(said.size).toBeGreaterThan(20);
    const of = (part: string): string =>
      [...said].find(([command]) => command.includes(part))?.[1] ?? "no such command";
    expect(of("example_count")).toBe("1|seen|instruction|1");
    expect(of("content FROM examples")).toBe('1|{"instruction":"why","output":"because"}');
    expect(of(".schema").toLowerCase()).toContain("create table datasets");
    expect(of("jq -c .")).toBe('{"instruction":"why","output":"because"}');
    expect(of("// .instruction")).toBe("why");
    expect(of("wc -l")).toMatch(/^1 /);
    expect(of("FROM jobs")).toMatch(/^\S+\|training\|pending\|0\|1$/);
    expect(of("FROM units")).toBe("run|ready|0|");
    expect(of("FROM calls")).toBe("p|answered|1|0.5");
    expect(JSON.parse(of("ft jobs list"))).toMatchObject({ kind: "training", status: "pending" });
    expect(of("grep -c finished")).toBe("1");
    expect(of("jq -r .version")).toMatch(/^\d+\.\d+/);
    expect(of("ft info --env")).toContain(`OLLAMA_URL ${fake.origin}`);
    expect(of("/api/tags")).toBe("fake-model");
    expect(JSON.parse(of("providers/ollama"))).toEqual({ available: true, models: ["fake-model"] });
    expect(of("system/status")).toBe("ok");
    expect(of("/metrics")).toBe('ft_jobs{kind="training",status="pending"} 1');
    expect(of("ft store check")).toContain("sound");
    expect(of("integrity_check")).toBe("ok");
  },
);
