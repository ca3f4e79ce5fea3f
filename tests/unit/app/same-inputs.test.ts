// What a run is continued over must be what it began with: data files by hash, the model by commit.
import { expect, test } from "vitest";
import { requireSameInputs } from "../../../src/app/train/same-inputs.ts";

const train = { split: "train", path: "/data/train.jsonl", sha256: "aa" };
const valid = { split: "validation", path: "/data/valid.jsonl", sha256: "bb" };
const inputs = (
  files: object[],
  commit: string | null = "c1",
): Parameters<typeof requireSameInputs>[0] => ({
  dataset: { files },
  model: { commit },
});

test("the same files elsewhere and the same commit are the same", () => {
  const moved = { ...train, path: "/moved/train.jsonl" };
  expect(() => requireSameInputs(inputs([train, valid]), inputs([moved, valid]))).not.toThrow();
  expect(() => requireSameInputs(inputs([train], null), inputs([train], null))).not.toThrow();
});

test("every file that changed, came or went is named", () => {
  const test_ = { split: "test", path: "/data/test.jsonl", sha256: "cc" };
  const changed = { ...train, sha256: "dd" };
  expect(() => requireSameInputs(inputs([train, valid]), inputs([changed, test_]))).toThrow(
    expect.objectContaining({
      code: "FT-RUN-008",
      exitCode: 4,
      problems: [
        "/data/train.jsonl: content changed",
        "/data/valid.jsonl: the validation rows are gone",
        "/data/test.jsonl: the run had no such test file",
      ],
    }),
  );
});

test("of a split in several files each is compared, in its order", () => {
  const second = { split: "train", path: "/data/b.jsonl", sha256: "ee" };
  const both = inputs([train, second]);
  expect(() => requireSameInputs(both, inputs([train, second]))).not.toThrow();
  for (const [now, problem] of [
    [[second, train], "/data/b.jsonl: content changed"],
    [[train], "/data/b.jsonl: the train rows are gone"],
    [[train, second, { ...second, path: "/c" }], "/c: the run had no such train file"],
  ] as const) {
    expect(() => requireSameInputs(both, inputs([...now]))).toThrow(
      expect.objectContaining({ problems: expect.arrayContaining([problem]) }),
    );
  }
});

test.each([
  ["FT-RUN-009", { model: { commit: null, digest: "m2" } }, /weights/],
  ["FT-RUN-011", { dataset: { files: [train], tokensDigest: "t2" } }, /tokens/],
])("%s where the files are the same and what comes of them is not", (code, other, message) => {
  const before = {
    dataset: { files: [train], tokensDigest: "t1" },
    model: { commit: null, digest: "m1" },
  };
  expect(() => requireSameInputs(before, { ...before })).not.toThrow();
  expect(() => requireSameInputs(before, { ...before, ...other })).toThrow(
    expect.objectContaining({ code, exitCode: 3, message: expect.stringMatching(message) }),
  );
  // A run that recorded no digest can still be continued.
  expect(() => requireSameInputs(inputs([train], null), before)).not.toThrow();
});

test("another commit of the model is refused, with both", () => {
  expect(() => requireSameInputs(inputs([train], "c1"), inputs([train], "c2"))).toThrow(
    expect.objectContaining({
      code: "FT-RUN-009",
      exitCode: 3,
      message: expect.stringMatching(/c2.*c1/),
    }),
  );
});
