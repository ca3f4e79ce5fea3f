import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { createLogger, logLevelFrom, redact } from "../../../src/core/logger.ts";
import type { LogLevel } from "../../../src/core/logger.ts";

function logged(level: LogLevel, act: (logger: ReturnType<typeof createLogger>) => void): string {
  const stream = new PassThrough();
  act(createLogger({ level, stream: stream as unknown as NodeJS.WriteStream }));
  return String(stream.read() ?? "");
}

describe("redact", () => {
  test.each([
    ["token hf_abcdefghijklmnop here", "hf_abc"],
    ["key sk-proj-1234567890abcdef", "1234567890"],
    ["Authorization: Bearer abcdef123456", "abcdef123456"],
    ["https://user:hunter22@host/x", "hunter22"],
    ["https://host/?api_key=abcdef12345", "abcdef12345"],
    ['{"password": "open-sesame"}', "open-sesame"],
    ["AKIAIOSFODNN7EXAMPLE", "IOSFODNN7"],
  ])("%s", (text, secret) => {
    expect(redact(text)).not.toContain(secret);
    expect(redact(text)).toContain("[redacted]");
  });

  test("leaves what is no secret", () => {
    const text = "1842 tokens/s, max_tokens=256, secret santa, hf_hub, task-force";
    expect(redact(text)).toBe(text);
    const parser = "SyntaxError: Unexpected token: EndOfFile";
    expect(redact(parser)).toBe(parser);
  });
});

describe("the logger", () => {
  test("keeps an entry on one line, whatever a name holds", () => {
    const text = logged("info", (logger) => logger.info("file", { path: "a\nERROR b\t.jsonl" }));
    expect(text.trimEnd().split("\n")).toHaveLength(1);
    expect(text).toContain(String.raw`path="a\nERROR b\t.jsonl"`);
  });

  test("writes context as key=value, without secrets by name", () => {
    const text = logged("info", (logger) => {
      logger.info("pulled", {
        model: "org/name",
        hf_token: "plain-looking",
        size: 3,
        none: undefined,
      });
      logger.warn("nested", { headers: { authorization: "abc", accept: "json" } });
    });
    expect(text).toContain("pulled model=org/name hf_token=[redacted] size=3");
    expect(text).not.toContain("plain-looking");
    expect(text).not.toContain('"abc"');
    expect(text).toContain('"accept":"json"');
  });

  test.each([
    ["error", ["e"]],
    ["warn", ["e", "w"]],
    ["info", ["e", "w", "i"]],
    ["debug", ["e", "w", "i", "d"]],
    ["silent", []],
  ] as const)("at %s it writes %j", (level, expected) => {
    const text = logged(level, (logger) => {
      logger.error("<e>");
      logger.warn("<w>");
      logger.info("<i>");
      logger.debug("<d>");
    });
    expect([...text.matchAll(/<(\w)>/g)].map((match) => match[1])).toEqual(expected);
  });

  test("FT_LOG's words", () => {
    expect(["debug", "WARNING", "nonsense", undefined].map(logLevelFrom)).toEqual([
      "debug",
      "warn",
      "info",
      "info",
    ]);
  });
});
