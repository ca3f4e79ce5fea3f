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
