// What the file system refuses, in words.
import { expect, test } from "vitest";
import { systemError } from "../../../src/core/system-errors.ts";

test.each(["ENOSPC", "EDQUOT", "EFBIG", "EISDIR"])(
  "%s is told in words, with its place",
  (code) => {
    const error = Object.assign(new Error(`${code}: failed`), { code, path: "/a/b.jsonl" });
    expect(systemError(error)).toMatchObject({
      ...{ code: `FT-FILE-${code}`, message: expect.stringMatching(/^[A-Z].*: \/a\/b\.jsonl$/) },
    });
  },
);

test("a circle of links is mended by naming the file, not by making room", () => {
  const error = Object.assign(new Error("ELOOP"), { code: "ELOOP", syscall: "open", path: "/a/l" });
  expect(systemError(error)?.hint).toMatch(/link/);
});
