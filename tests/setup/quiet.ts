// A test that prints without meaning to fails: library code must not talk.
// A test about printing replaces the method itself (vi.spyOn), and then nothing is recorded here.
import { afterEach, beforeEach } from "vitest";

const methods = ["log", "info", "warn", "error", "debug"] as const;
let printed: string[] = [];

beforeEach(() => {
  printed = [];
  for (const method of methods) {
    console[method] = (...parts: unknown[]) =>
      void printed.push(`console.${method}: ${parts.join(" ")}`);
  }
});

afterEach(() => {
  if (printed.length > 0) throw new Error(`unexpected console output:\n${printed.join("\n")}`);
});
