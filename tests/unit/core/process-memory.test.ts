// The memory of a child process, as its parent sees it; Linux only.
import { spawn } from "node:child_process";
import { expect, test } from "vitest";
import { MemoryWatch } from "../../../src/core/process-memory.ts";

test.skipIf(process.platform !== "linux")("the most that a child had resident", async () => {
  const script = "const b = Buffer.alloc(150e6, 1); setTimeout(() => b, 60000);";
  const child = spawn(process.execPath, ["-e", script], { stdio: "ignore" });
  const watch = new MemoryWatch(child.pid ?? 0);
  try {
    await expect.poll(() => watch.peakBytes ?? 0, { timeout: 8000 }).toBeGreaterThan(150e6);
    expect(watch.hasKilled()).toBe(false);
  } finally {
    watch.stop();
    child.kill("SIGKILL");
  }
});
