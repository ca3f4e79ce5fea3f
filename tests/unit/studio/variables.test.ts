// Every variable that `ft info --env` names, each with what it changes. A variable that is added there has no place here
// yet, and the last test says so.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { chooseProvider } from "../../../src/app/data/making/choose-provider.ts";
import { systemKeychain } from "../../../src/app/settings/keychain.ts";
import { keepKey, keysFile } from "../../../src/app/settings/keys.ts";
import { serviceVariables } from "../../../src/app/settings/service-variables.ts";
import { toldVariables } from "../../../src/app/settings/told-variables.ts";
import { variables } from "../../../src/app/settings/variables.ts";
import { openStore, readLimits } from "../../../src/store/index.ts";
import { FakeProvider } from "../../support/fake-provider.ts";
import { makeFolder } from "../../support/folders.ts";
import { testStudio } from "../../support/studio.ts";

type Given = Record<string, string>;

const choice = { models: [], timeout: 5, concurrency: 1, isForEstimate: true };

async function chosen(given: Given) {
  const environment = { FT_HOME: makeFolder(), FT_KEYCHAIN: "off", ...given };
  const { provider } = await chooseProvider(choice, environment);
  await provider.close();
  return provider;
}

const modelOf = async (given: Given): Promise<string[]> => [...(await chosen(given)).models];

const settingsOf = async (environment: Given) =>
  (await (await testStudio({ environment })).client.call("getSettings")).body as Given;

/** What a request of a row carries. */
async function headersOf(name: string, key: string, address: string) {
  const fake = await FakeProvider.start();
  const path = name === "openai" ? "/v1" : "";
  const environment = { FT_HOME: makeFolder(), FT_KEYCHAIN: "off", LLM_PROVIDER: name };
  const { provider } = await chooseProvider(
    { ...choice, isForEstimate: false },
    { ...environment, [key]: "sk-fake-key-0123456789", [address]: `${fake.origin}${path}` },
  );
  const request = { system: "", prompt: "a question", maxTokens: 5 };
  await provider.ask(provider.models[0] ?? "", request, new AbortController().signal);
  await provider.close();
  return fake.requests.at(-1)?.headers ?? {};
}

const seen: Record<string, () => Promise<void>> = {
  LLM_PROVIDER: async () => {
    expect((await chosen({ LLM_PROVIDER: "mistral", LLM_MODEL: "m" })).name).toBe("mistral");
    expect((await chosen({ LLM_PROVIDER: "openai" })).name).toBe("openai");
  },
  LLM_MODEL: async () =>
    expect(await modelOf({ LLM_PROVIDER: "mistral", LLM_MODEL: "one" })).toEqual(["one"]),
  OLLAMA_URL: async () => {
    const fake = await FakeProvider.start();
    const { client } = await testStudio({ environment: { OLLAMA_URL: fake.origin } });
    const params = { provider: "ollama" };
    const { body } = await client.call("getProvidersProviderModels", { params });
    expect(body).toEqual({ provider: "ollama", models: ["fake-model"], available: true });
  },
  OPENAI_API_KEY: async () =>
    expect(await headersOf("openai", "OPENAI_API_KEY", "OPENAI_BASE_URL")).toMatchObject({
      authorization: "Bearer sk-fake-key-0123456789",
    }),
  OPENAI_MODEL: async () =>
    expect(await modelOf({ LLM_PROVIDER: "openai", OPENAI_MODEL: "o" })).toEqual(["o"]),
  ANTHROPIC_API_KEY: async () =>
    expect(await headersOf("anthropic", "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL")).toMatchObject({
      "x-api-key": "sk-fake-key-0123456789",
    }),
  ANTHROPIC_MODEL: async () =>
    expect(await modelOf({ LLM_PROVIDER: "anthropic", ANTHROPIC_MODEL: "c" })).toEqual(["c"]),
  DATA_DIR: async () => {
    const folder = join(makeFolder(), "sets");
    const { client } = await testStudio({ environment: { DATA_DIR: folder } });
    const text = '{"instruction":"q","output":"a"}\n';
    const { body } = await client.call("postDatasetsUpload", { file: { name: "x.jsonl", text } });
    const path = body.dataset.file_path as string;
    expect([path.startsWith(folder), readFileSync(path, "utf8")]).toEqual([true, text]);
  },
  MAX_CONCURRENT_JOBS: async () => {
    const environment = { MAX_CONCURRENT_JOBS: "7", DATABASE_PATH: join(makeFolder(), "ft.db") };
    expect(await settingsOf(environment)).toMatchObject({ max_concurrent_jobs: 7 });
    const store = await openStore(environment.DATABASE_PATH);
    expect((await readLimits(store.db)).get("jobs")).toBe(7);
    await store.close();
  },
  ENABLE_CACHING: async () => {
    const keeps = async (given: Given) => (await chosen(given)).keeping?.isShared;
    const provider = { LLM_PROVIDER: "openai" };
    expect(await keeps(provider)).toBe(true);
    expect(await keeps({ ...provider, ENABLE_CACHING: "false" })).toBe(false);
  },
  CACHE_TTL: async () => {
    const { keeping } = await chosen({ LLM_PROVIDER: "openai", CACHE_TTL: "2" });
    expect(keeping?.timeToLive).toBe(2 * 3_600_000);
  },
  LOG_LEVEL: async () =>
    expect(await settingsOf({ LOG_LEVEL: "error" })).toMatchObject({ log_level: "error" }),
  DATABASE_PATH: async () => {
    const path = join(makeFolder(), "own", "rows.db");
    const { home } = await testStudio({ environment: { DATABASE_PATH: path } });
    expect([existsSync(path), existsSync(join(home, "store", "ft.db"))]).toEqual([true, false]);
  },
  REACT_APP_API_URL: async () => {
    // Named in the pages that were built and in what stands in for them.
    const address = "http://127.0.0.1:8123";
    const environment = { REACT_APP_API_URL: `${address}/api` };
    const { url, token } = await testStudio({ environment });
    const headers = { authorization: `Bearer ${token}` };
    const page = await fetch(new URL("/", url), { headers });
    expect(page.headers.get("content-security-policy")).toContain(address);
    expect(await page.text()).toContain(address);
  },
  FT_KEYCHAIN: async () => {
    const environment = { FT_HOME: makeFolder(), FT_KEYCHAIN: "off" };
    expect(systemKeychain(environment, "darwin")).toBeUndefined();
    await keepKey(environment, "openai", "sk-fake-key-0123456789");
    expect(readFileSync(keysFile(environment), "utf8")).toContain("sk-fake-key-0123456789");
  },
};

test.each(Object.entries(seen))("%s has its effect", async (_, effect) => {
  await effect();
});

test("every variable is told, and every one told is seen above", () => {
  const told = toldVariables({ FT_HOME: makeFolder(), FT_KEYCHAIN: "off" }, makeFolder());
  expect(told.map(({ name }) => name)).toEqual([
    ...Object.keys(variables),
    ...Object.keys(serviceVariables),
  ]);
  expect(Object.keys(seen).toSorted()).toEqual(Object.keys(variables).toSorted());
  for (const { about } of told) expect(about).not.toBe("");
});
