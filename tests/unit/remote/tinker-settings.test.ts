// Where the service is and which key it gets: both spellings, and what is refused before anything is sent.
import { expect, test } from "vitest";
import { tinkerSettings } from "../../../src/remote/tinker/settings.ts";
import { parseUri, stepName, stepOf } from "../../../src/remote/tinker/uri.ts";

const key = "tml-0123456789";

test("both spellings of the address count, the official one first; without one it is Tinker itself", () => {
  const of = (environment: Record<string, string>): string =>
    tinkerSettings({ TINKER_API_KEY: key, ...environment }).baseUrl;
  expect(of({})).toBe("https://tinker.thinkingmachines.dev/services/tinker-prod");
  expect(of({ TINKER_API_BASE: "http://127.0.0.1:9/x/" })).toBe("http://127.0.0.1:9/x");
  expect(of({ TINKER_API_BASE: "http://127.0.0.1:9", TINKER_BASE_URL: "https://a.b" })).toBe(
    "https://a.b",
  );
  expect(of({ TINKER_BASE_URL: " " })).toMatch(/^https:\/\/tinker\./);
});

test("a missing key is named with the place to get one; what is no key is refused without being shown", () => {
  expect(() => tinkerSettings({})).toThrow(/TINKER_API_KEY is not set/);
  try {
    tinkerSettings({});
  } catch (error) {
    expect(error).toMatchObject({
      ...{ code: "FT-REMOTE-001", exitCode: 1 },
      hint: expect.stringContaining("https://tinker-console.thinkingmachines.ai") as string,
    });
  }
  expect(() => tinkerSettings({ TINKER_API_KEY: "sk-secret" })).toThrow(/begin with tml-/);
  expect(() => tinkerSettings({ TINKER_API_KEY: "sk-secret" })).not.toThrow(/secret/);
});

for (const address of ["http://example.org", "ftp://a.b", "nowhere", "https://me:pw@a.b"]) {
  test(`a key does not travel to ${address}`, () => {
    const environment = { TINKER_API_KEY: key, TINKER_BASE_URL: address };
    expect(() => tinkerSettings(environment)).toThrow(/TINKER_BASE_URL/);
  });
}

test("addresses of checkpoints tell run, kind and name; others are refused", () => {
  expect(parseUri("tinker://a-b:train:0/weights/step_0050")).toMatchObject({
    ...{
      runId: "a-b:train:0",
      kind: "training",
      name: "step_0050",
      checkpointId: "weights/step_0050",
    },
  });
  expect(parseUri("tinker://r/sampler_weights/final").kind).toBe("sampler");
  for (const bad of [
    "tinker://r/weights",
    "tinker://r/other/x",
    "tinker://r/weights/..",
    "tinker://r/weights/a/b",
    "r",
  ])
    expect(() => parseUri(bad)).toThrow(/not a checkpoint address/);
  expect(stepOf(stepName(50))).toBe(50);
  expect(stepName(50)).toBe("step_0050");
  expect(stepOf("final")).toBeUndefined();
});
