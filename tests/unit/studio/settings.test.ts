// Settings and keys of providers over the API: what is set counts, lasts over a restart, and no key is ever told.
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { chooseProvider } from "../../../src/app/data/making/choose-provider.ts";
import { cachingOf, jobsAtOnce } from "../../../src/app/settings/job-settings.ts";
import { systemKeychain } from "../../../src/app/settings/keychain.ts";
import { keepKey, keysFile, readKey, shownKeys } from "../../../src/app/settings/keys.ts";
import { withKeptKey, withSaved } from "../../../src/app/settings/provider-environment.ts";
import { serviceVariables } from "../../../src/app/settings/service-variables.ts";
import { toldVariables } from "../../../src/app/settings/told-variables.ts";
import { variables } from "../../../src/app/settings/variables.ts";
import { FakeProvider } from "../../support/fake-provider.ts";
import { makeFolder } from "../../support/folders.ts";
import { testStudio } from "../../support/studio.ts";

const canary = "sk-canary-4f0c9ab7731e5d62-tail";

function everyFile(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

test("a key goes in and its end comes out; it is in no answer and no file but its own", async () => {
  const home = makeFolder();
  const studio = await testStudio({ home });
  const { client } = studio;
  const answers = [
    await client.call("postProvidersConfigure", {
      body: { provider: "openai", api_key: canary, model: "gpt-4" },
    }),
    await client.call("getProviders"),
    await client.call("getProvidersCurrent"),
    await client.call("getSettings"),
    await client.call("getProvidersProviderModels", { params: { provider: "openai" } }),
    await client.call("postProvidersConfigure", { body: { provider: "openai", model: 7 } }),
    await client.call("postProvidersConfigure", { body: { provider: "nobody", api_key: canary } }),
    await client.call("postProvidersConfigure", {
      body: { provider: "openai", api_key: `${canary} x` },
    }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 422, 404, 422]);
  for (const { text } of answers) expect(text).not.toContain(canary);
  expect(answers[2]?.body).toMatchObject({
    ...{ provider: "openai", model: "gpt-4", api_key: "…tail", key_source: "file" },
  });
  await studio.close();
  const holding = everyFile(home).filter((file) => readFileSync(file).includes(canary));
  expect(holding).toEqual([keysFile({ FT_HOME: home })]);
  expect(statSync(keysFile({ FT_HOME: home })).mode & 0o777).toBe(0o600);
});

test("the system's state: processors, memory and disk as this machine has them, and a time that only grows", async () => {
  const { client } = await testStudio();
  const { body } = await client.call("getSystemStatus");
  expect(body).toMatchObject({ status: "ok", cpu: { cores: availableParallelism() } });
  expect(body.memory.total).toBe(totalmem());
  const { memory, disk, cpu, uptime } = body as Record<string, Record<string, number>> & {
    uptime: number;
  };
  for (const of of [memory, disk]) {
    expect(of?.["used"]).toBeGreaterThan(0);
    expect(of?.["used"]).toBeLessThanOrEqual(of?.["total"] ?? 0);
    expect(of?.["percent"]).toBeCloseTo((100 * (of?.["used"] ?? 0)) / (of?.["total"] ?? 1), 0);
  }
  expect(memory?.["used"]).toBe((memory?.["total"] ?? 0) - (memory?.["available"] ?? 0));
  expect(cpu?.["percent"]).toBeGreaterThanOrEqual(0);
  expect(cpu?.["percent"]).toBeLessThanOrEqual(100);
  vi.spyOn(Date, "now").mockReturnValue(0);
  onTestFinished(() => void vi.restoreAllMocks());
  const later = (await client.call("getSystemStatus")).body as { uptime: number };
  expect(later.uptime).toBeGreaterThan(uptime);
});

test("settings last over a restart", async () => {
  const home = makeFolder();
  const first = await testStudio({ home, environment: { MAX_CONCURRENT_JOBS: "3" } });
  expect((await first.client.call("getSettings")).body).toMatchObject({ max_concurrent_jobs: 3 });
  const put = await first.client.call("putSettings", {
    body: { max_concurrent_jobs: 5, enable_caching: false, cache_ttl: 1.5, log_level: "warning" },
  });
  expect(put.body).toMatchObject({ max_concurrent_jobs: 5, cache_ttl: 1.5 });
  const again = await first.client.call("putSettings", { body: put.body });
  expect(again.body).toEqual(put.body);
  await first.close();
  const second = await testStudio({ home, environment: { MAX_CONCURRENT_JOBS: "3" } });
  const { body } = await second.client.call("getSettings");
  expect(body).toEqual(put.body);
  const wrong = [
    { max_concurrent_jobs: 0 },
    { max_concurrent_jobs: 2.5 },
    { log_level: "loud" },
    { nothing: 1 },
  ];
  for (const change of wrong)
    expect((await second.client.call("putSettings", { body: change })).status).toBe(422);
  const moved = await second.client.call("putSettings", { body: { data_dir: "/tmp/other" } });
  expect(moved).toMatchObject({ status: 400, body: { error: { field: "data_dir" } } });
});

test("what is saved and kept counts for whoever asks providers, and of keys the environment's own first", async () => {
  const home = makeFolder();
  const fake = await FakeProvider.start(() => ({ text: "hello" }));
  const environment = { FT_HOME: home, FT_KEYCHAIN: "off" };
  const studio = await testStudio({ home });
  await studio.client.call("postProvidersConfigure", {
    body: { provider: "openai", api_key: canary, model: "gpt-4o", base_url: `${fake.origin}/v1` },
  });
  const choice = { models: [], timeout: 5, concurrency: 1 };
  const never = new AbortController().signal;
  const { provider } = await chooseProvider(choice, environment);
  expect([provider.name, provider.models]).toEqual(["openai", ["gpt-4o"]]);
  const request = { system: "", prompt: "hi", maxTokens: 5 };
  await provider.ask("gpt-4o", request, never);
  expect(fake.requests.at(-1)?.headers.authorization).toBe(`Bearer ${canary}`);
  const own = await chooseProvider(choice, { ...environment, OPENAI_API_KEY: "sk-own" });
  await own.provider.ask("gpt-4o", request, never);
  expect(fake.requests.at(-1)?.headers.authorization).toBe("Bearer sk-own");
  // nobody else is sent it
  const other = withKeptKey(withSaved(environment), "openai-compatible");
  expect(JSON.stringify(other)).not.toContain(canary);
  await studio.client.call("postProvidersConfigure", {
    body: { provider: "openai", api_key: null },
  });
  expect(shownKeys(environment).size).toBe(0);
});

test("an address that nobody may ask is refused where it is set", async () => {
  const { client } = await testStudio();
  for (const base_url of [
    ...["http://169.254.169.254/v1", "http://[::ffff:169.254.169.254]/v1", "http://0.0.0.0:1/v1"],
    ...[
      "http://[fe80::1]/v1",
      "http://2852039166/v1",
      "ftp://127.0.0.1/",
      "http://100.100.100.200",
    ],
  ]) {
    const { status, body } = await client.call("postProvidersConfigure", {
      body: { provider: "openai", base_url },
    });
    expect([status, body.error.code], base_url).toEqual([
      400,
      expect.stringMatching(/^FT-(SETTINGS-003|PROVIDER-004)$/),
    ]);
  }
});

test("models of a provider are what it says it has, or why it does not say", async () => {
  const fake = await FakeProvider.start(() => ({ text: "" }));
  const { client } = await testStudio({ environment: { OLLAMA_URL: fake.origin } });
  const found = await client.call("getProvidersProviderModels", { params: { provider: "ollama" } });
  expect(found.body).toEqual({ provider: "ollama", models: ["fake-model"], available: true });
  const gone = await testStudio({ environment: { OLLAMA_URL: "http://127.0.0.1:9" } });
  const none = await gone.client.call("getProvidersProviderModels", {
    params: { provider: "ollama" },
  });
  expect(none.body).toMatchObject({
    available: false,
    error: expect.stringContaining("127.0.0.1:9"),
  });
});

test("variables: each counts, and where it comes from is told", async () => {
  const home = makeFolder();
  const environment = { FT_HOME: home, FT_KEYCHAIN: "off" };
  const set = (name: string, value: string) => ({ ...environment, [name]: value });
  expect(jobsAtOnce(environment)).toBe(2);
  expect(jobsAtOnce(set("MAX_CONCURRENT_JOBS", "7"))).toBe(7);
  expect(() => jobsAtOnce(set("MAX_CONCURRENT_JOBS", "many"))).toThrow("MAX_CONCURRENT_JOBS");
  expect(cachingOf(environment)).toEqual({ enabled: true, hours: 24 });
  expect(cachingOf(set("ENABLE_CACHING", "false")).enabled).toBe(false);
  expect(() => cachingOf(set("ENABLE_CACHING", "maybe"))).toThrow("ENABLE_CACHING");
  expect(cachingOf(set("CACHE_TTL", "0.5")).hours).toBe(0.5);
  const choice = { models: [], timeout: 5, concurrency: 1, isForEstimate: true };
  const chosen = async (given: Record<string, string>) => {
    const { provider } = await chooseProvider(choice, { ...environment, ...given });
    return [provider.name, ...provider.models];
  };
  expect(await chosen({ LLM_PROVIDER: "mistral", LLM_MODEL: "m" })).toEqual(["mistral", "m"]);
  expect(await chosen({ LLM_PROVIDER: "openai", OPENAI_MODEL: "o", LLM_MODEL: "m" })).toEqual([
    ...["openai", "o"],
  ]);
  expect(await chosen({ LLM_PROVIDER: "anthropic", ANTHROPIC_MODEL: "c" })).toEqual([
    ...["anthropic", "c"],
  ]);
  expect(
    await chosen({ AGENT_PROVIDER: "openai", LLM_PROVIDER: "mistral", LLM_MODEL: "m" }),
  ).toEqual(["openai", "gpt-5-mini"]);
  const folder = makeFolder({ ".env": "CACHE_TTL=12\nOPENAI_API_KEY=sk-from-dot-env-1234\n" });
  await keepKey(environment, "anthropic", canary);
  const told = toldVariables({ ...environment, MAX_CONCURRENT_JOBS: "9" }, folder);
  expect(told.map(({ name }) => name)).toEqual([
    ...Object.keys(variables),
    ...Object.keys(serviceVariables),
  ]);
  const by = (name: string) => told.find((one) => one.name === name);
  expect(by("MAX_CONCURRENT_JOBS")).toMatchObject({ value: "9", source: "environment" });
  expect(by("CACHE_TTL")).toMatchObject({ value: "12", source: ".env" });
  expect(by("OPENAI_API_KEY")).toMatchObject({ value: "…1234", source: ".env" });
  expect(by("ANTHROPIC_API_KEY")).toMatchObject({ value: "…tail", source: "keys file" });
  expect(by("DATA_DIR")).toMatchObject({ value: join(home, "datasets"), source: "default" });
  expect(JSON.stringify(told)).not.toContain(canary);
});

test("variables of Tinker and of the hub are told: where each comes from, secrets by their ends, no password", () => {
  const secret = `hf_${"s".repeat(30)}tail`;
  const folder = makeFolder({
    ".env": "TINKER_API_KEY=tml-from-dot-env-1234\nHF_ENDPOINT=http://x\n",
  });
  const home = makeFolder({ token: `${secret}\n` });
  const bare = { FT_HOME: makeFolder(), FT_KEYCHAIN: "off", HF_HOME: home };
  const of = (environment: Record<string, string>, name: string) =>
    toldVariables({ ...bare, ...environment }, folder).find((one) => one.name === name);
  expect(of({}, "TINKER_API_KEY")).toMatchObject({ value: "…1234", source: ".env" });
  // which the hub's own client would not read either
  expect(of({}, "HF_ENDPOINT")).toMatchObject({
    value: "https://huggingface.co",
    source: "default",
  });
  expect(of({}, "HF_TOKEN")).toMatchObject({ value: "…tail", source: "token file" });
  expect(of({ HF_TOKEN: `hf_${"o".repeat(30)}own1` }, "HF_TOKEN")).toMatchObject({
    ...{ value: "…own1", source: "environment" },
  });
  const address = { TINKER_BASE_URL: "https://me:word@tinker.example" };
  expect(of(address, "TINKER_BASE_URL")).toMatchObject({ value: "https://…@tinker.example" });
});

/** A program in place of the system's, which keeps what it is told in a file. */
function fakeProgram(name: string, script: string): string {
  const folder = makeFolder();
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return folder;
}

test("a Secret Service keeps the key where there is one: through a pipe, never an argument", async () => {
  const kept = join(makeFolder(), "kept");
  const folder = fakeProgram(
    "secret-tool",
    `echo "$@" >> ${kept}.arguments
case $1 in
store) cat > ${kept};;
lookup) cat ${kept};;
clear) rm -f ${kept};;
esac`,
  );
  const environment = {
    ...{ FT_HOME: makeFolder(), DBUS_SESSION_BUS_ADDRESS: "unix:path=/nowhere" },
    PATH: `${folder}:${process.env["PATH"]}`,
  };
  const keychain = systemKeychain(environment, "linux");
  await keepKey(environment, "openai", canary, keychain);
  expect(readFileSync(keysFile(environment), "utf8")).not.toContain(canary);
  expect(readFileSync(`${kept}.arguments`, "utf8")).not.toContain(canary);
  expect(shownKeys(environment).get("openai")).toEqual({ in: "keychain", masked: "…tail" });
  expect(readKey(environment, "openai", keychain)).toBe(canary);
  await keepKey(environment, "openai", null, keychain);
  expect(readKey(environment, "openai", keychain)).toBeUndefined();
});

test("on macOS `security` is told its command through a pipe", async () => {
  const kept = join(makeFolder(), "kept");
  const folder = fakeProgram(
    "security",
    `echo "$@" >> ${kept}.arguments
case $1 in
-i) sed -n 's/.*-w "\\(.*\\)"$/\\1/p' > ${kept};;
find-generic-password) cat ${kept};;
delete-generic-password) rm -f ${kept};;
esac`,
  );
  const environment = { FT_HOME: makeFolder(), PATH: `${folder}:${process.env["PATH"]}` };
  const keychain = systemKeychain(environment, "darwin");
  await keepKey(environment, "openai", canary, keychain);
  expect(readFileSync(`${kept}.arguments`, "utf8")).not.toContain(canary);
  expect(readKey(environment, "openai", keychain)).toBe(canary);
});

test("where the keychain's program fails, the key is in the file of its owner", async () => {
  const folder = fakeProgram("secret-tool", "exit 1");
  const environment = {
    ...{ FT_HOME: makeFolder(), DBUS_SESSION_BUS_ADDRESS: "unix:path=/nowhere" },
    PATH: `${folder}:${process.env["PATH"]}`,
  };
  const keychain = systemKeychain(environment, "linux");
  await keepKey(environment, "openai", canary, keychain);
  expect(shownKeys(environment).get("openai")?.in).toBe("file");
  expect(readKey(environment, "openai", keychain)).toBe(canary);
});
