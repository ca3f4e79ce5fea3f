// Where the cache and the token are, in the order of Python's client.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hubSettings, hubToken } from "../../../src/weights/hub-environment.ts";

let home: string;
beforeAll(() => {
  home = mkdtempSync(path.join(tmpdir(), "ft-environment-"));
  writeFileSync(path.join(home, "token"), "hf_stored\n");
  writeFileSync(path.join(home, "other"), " hf_other ");
});
afterAll(() => rmSync(home, { recursive: true }));

test.each([
  [{ HF_HUB_CACHE: "/a", HUGGINGFACE_HUB_CACHE: "/b", HF_HOME: "/c" }, "/a"],
  [{ HUGGINGFACE_HUB_CACHE: "/b", HF_HOME: "/c" }, "/b"],
  [{ HF_HOME: "/c", XDG_CACHE_HOME: "/d" }, "/c/hub"],
  [{ XDG_CACHE_HOME: "/d" }, "/d/huggingface/hub"],
  [{ HOME: "/h" }, "/h/.cache/huggingface/hub"],
  [{ HOME: "/h", HF_HOME: "~/x" }, "/h/x/hub"],
  [{ SCRATCH: "/s", HF_HUB_CACHE: "$SCRATCH/hub" }, "/s/hub"],
  [{ HOME: "/h", HF_HUB_CACHE: "" }, "/h/.cache/huggingface/hub"],
])("cache of %j", (environment, expected) => {
  expect(hubSettings({}, environment).cacheDir).toBe(expected);
});

test("token: the environment, then the file", () => {
  const stored = { HF_HOME: home };
  expect(hubToken(stored)).toBe("hf_stored");
  expect(hubToken({ ...stored, HF_TOKEN_PATH: path.join(home, "other") })).toBe("hf_other");
  expect(hubToken({ ...stored, HUGGING_FACE_HUB_TOKEN: "hf_old" })).toBe("hf_old");
  expect(hubToken({ ...stored, HUGGING_FACE_HUB_TOKEN: "hf_old", HF_TOKEN: "hf_new" })).toBe(
    "hf_new",
  );
  expect(hubToken({ ...stored, HF_TOKEN: " \n" })).toBe("hf_stored");
  expect(hubToken({ HF_HOME: "/nowhere" })).toBeUndefined();
});

test("a token said outright wins even where the implicit one is turned off", () => {
  const environment = { HF_TOKEN: "hf_a", HF_HUB_DISABLE_IMPLICIT_TOKEN: "1" };
  expect(hubToken(environment)).toBeUndefined();
  expect(hubSettings({ token: "hf_b" }, environment).token).toBe("hf_b");
});

test("address and offline", () => {
  expect(hubSettings({}, {}).endpoint).toBe("https://huggingface.co");
  expect(hubSettings({}, { HF_ENDPOINT: "http://mirror/" }).endpoint).toBe("http://mirror");
  expect(hubSettings({}, { HF_HUB_OFFLINE: "yes" }).offline).toBe(true);
  expect(hubSettings({}, { TRANSFORMERS_OFFLINE: "1" }).offline).toBe(true);
  expect(hubSettings({}, { HF_HUB_OFFLINE: "0" }).offline).toBe(false);
  expect(hubSettings({ offline: false }, { HF_HUB_OFFLINE: "1" }).offline).toBe(false);
});
