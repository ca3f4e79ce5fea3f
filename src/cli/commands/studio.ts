// ft studio: web pages for everything that ft does, and the API that they use.
import { spawn } from "node:child_process";
import { z } from "zod";
import { flags } from "../../core/flags.ts";
import type { RunningStudio } from "../../studio/index.ts";
import { defineCommand } from "../define-command.ts";
import type { Io } from "../io.ts";

const port = z.int().min(0).max(65_535, { error: "must be from 0 to 65535" });

export const StudioCommandOptions = z.strictObject({
  port: port.default(3000).describe("Port of the pages; 0 takes a free one"),
  apiPort: port.default(8000).describe("Port of the API; 0 takes a free one"),
  host: z
    .string()
    .min(1)
    .default("127.0.0.1")
    .describe("Address to listen on; 0.0.0.0 is all addresses of this machine")
    .register(flags, { value: "ADDRESS" }),
  open: z
    .boolean()
    .default(true)
    .describe("Open the pages in a browser")
    .register(flags, { off: "Open no browser" }),
  allowOrigin: z
    .array(z.string())
    .default([])
    .describe("Pages of these origins may ask the API too (https://example.com)")
    .register(flags, { value: "ORIGIN,…" }),
});

/** A browser, where somebody sits before this machine; that there is none is no error. */
function openBrowser(url: string, environment: Io["environment"]): void {
  const onMac = process.platform === "darwin";
  if (!onMac && !environment["DISPLAY"] && !environment["WAYLAND_DISPLAY"]) return;
  const child = spawn(onMac ? "open" : "xdg-open", [url], { stdio: "ignore", detached: true });
  child.on("error", () => undefined);
  child.unref();
}

function tell({ url, apiUrl, token, exposes }: RunningStudio, io: Io): void {
  if (exposes !== null) io.talk(`warning: ${exposes}`);
  if (io.mode.json) return io.line({ type: "listening", url, apiUrl, token });
  io.print(`Open ${url} (the link works once, in one browser)`);
  io.print(`The API answers at ${apiUrl}, described at ${apiUrl}/docs`);
  io.print(`Token for programs: ${token}`);
  io.note("Ctrl-C ends it; jobs go on when it is started again.");
}

export const studio = defineCommand({
  name: "studio",
  alias: "ui",
  summary: "Open the studio: web pages and an API for everything that ft does",
  options: StudioCommandOptions,
  examples: ["ft studio", "ft studio --port 0 --api-port 0 --no-open --json"],
  run: async ({ options }, io) => {
    const { startStudio } = await import("../../studio/index.ts");
    const { environment, mode } = io;
    const keepsLogLevel = mode.verbose || mode.quiet;
    const running = await startStudio({ ...options, environment, keepsLogLevel });
    tell(running, io);
    if (options.open && !io.mode.json) openBrowser(running.url, io.environment);
    await new Promise<void>((resolve) => {
      if (io.signal.aborted) resolve();
      io.signal.addEventListener("abort", () => resolve(), { once: true });
    });
    await running.close();
  },
});
