// ft jobs follow: a job's course as it goes on, until it has ended.
import { z } from "zod";
import type { Followed, ShownJob } from "../../app/jobs/overview.ts";
import { ExitCode } from "../../core/errors.ts";
import type { JobEvent } from "../../store/index.ts";
import { defineCommand } from "../define-command.ts";
import type { Io } from "../io.ts";
import { eventText, partText, progressText } from "../render/jobs.ts";
import { jobArgument } from "./job-argument.ts";

const outcomes: Partial<Record<ShownJob["status"], number>> = {
  completed: ExitCode.ok,
  failed: ExitCode.runFailed,
  cancelled: ExitCode.interrupted,
  paused: ExitCode.temporary,
};

/** Draws what comes: events as lines, progress as a line that moves. */
export class JobScreen {
  readonly #io: Io;
  #line = "";

  constructor(io: Io) {
    this.#io = io;
  }

  show(followed: Followed, name = ""): void {
    if (this.#io.mode.json) return this.#io.line(told(followed));
    if ("progress" in followed) return this.#progress(followed.progress);
    const text = eventText(followed.event);
    if (text === undefined) return this.#part(followed.event, name);
    this.#clear();
    this.#io.note(`${name}${text}`);
  }

  /** Ends the line that moves, with what it says last. */
  end(): void {
    if (this.#line !== "" && this.#io.interactive) this.#io.draw("\n");
  }

  #progress(job: ShownJob): void {
    const line = progressText(job);
    if (line !== this.#line) this.#draw(line);
  }

  /** Of several jobs at once, how far a unit is says more than the whole. */
  #part(event: JobEvent, name: string): void {
    if (event.type === "unit-progress" && name !== "") this.#draw(`${name}${partText(event.data)}`);
  }

  #draw(line: string): void {
    this.#line = line;
    if (this.#io.interactive && !this.#io.mode.quiet) this.#io.draw(`\r\u001b[K${line}`);
  }

  #clear(): void {
    if (this.#line !== "" && this.#io.interactive) this.#io.draw("\r\u001b[K");
  }
}

/** As machines read it: an event as it is kept, progress with the type `progress`. */
const told = (followed: Followed): object =>
  "event" in followed ? followed.event : { type: "progress", ...followed.progress };

export const jobsFollow = defineCommand({
  name: "jobs follow",
  summary: "Watch a job until it ends, and exit with its exit code",
  arguments: jobArgument,
  options: z.strictObject({
    after: z
      .int()
      .min(0)
      .optional()
      .describe("Start after the event with this number, 0 for all; default: only new events"),
  }),
  examples: ["ft jobs follow t4k2", "ft jobs follow t4k2 --after 0 --json"],
  run: async ({ arguments: { job = "" }, options: { after } }, io) => {
    const { followJob } = await import("../../app/jobs/overview.ts");
    const { withStore } = await import("../../app/store/with-store.ts");
    const { countWorkers, findJob } = await import("../../store/index.ts");
    return await withStore(io.environment, async (store) => {
      const { id, title, status } = await findJob(store, job);
      io.note(`${id} ${title}`);
      if (status === "pending" && (await countWorkers(store)) === 0) {
        io.note("nobody works on it yet: ft jobs work does");
      }
      const screen = new JobScreen(io);
      let last: ShownJob | undefined;
      for await (const followed of followJob(store, id, { after, signal: io.signal })) {
        screen.show(followed);
        if ("progress" in followed) last = followed.progress;
      }
      screen.end();
      if (last === undefined || io.wasInterrupted) return ExitCode.interrupted;
      if (!io.mode.json) io.print(progressText(last));
      if (last.error !== null) io.note(last.error);
      if (last.status === "paused") io.note(`ft jobs resume ${id} goes on`);
      return outcomes[last.status] ?? ExitCode.interrupted;
    });
  },
});
