// `--on` and `--emit` of commands that train: the run goes to a host, or into a file for a program that takes it there.
import { z } from "zod";
import type { PresetName } from "../app/config/presets.ts";
import { loadExtensions } from "../app/extensions.ts";
import type { HostRunOptions } from "../app/remote/hosts-run.ts";
import { ExitCode, UsageError } from "../core/errors.ts";
import { flags } from "../core/flags.ts";
import { formatBytes } from "../core/units.ts";
import type { CommandInput } from "./define-command.ts";
import type { Io } from "./io.ts";
import { resolveInput, type TrainOptions, watch, withPipedData } from "./training.ts";

export const HostOptions = z.strictObject({
  on: z
    .string()
    .optional()
    .describe("Train on this host: ft remote hosts lists them")
    .register(flags, { value: "HOST" }),
  emit: z
    .string()
    .optional()
    .describe(
      "With --on, for a host where another program starts runs: write the file that it reads",
    )
    .register(flags, { value: "FILE" }),
});
export type HostOptions = z.infer<typeof HostOptions>;

/** Throws UsageError FT-USAGE-008 for what has no meaning for a run elsewhere. */
function requireSendable({ resume, dryRun, isolate, retry, extension }: TrainOptions): void {
  const given = [
    ...(resume === undefined ? [] : ["--resume"]),
    ...(dryRun ? ["--dry-run"] : []),
    ...(isolate ? [] : ["--no-isolate"]),
    ...(retry ? ["--retry"] : []),
    ...(extension.length === 0 ? [] : ["--extension"]),
  ];
  if (given.length === 0) return;
  throw new UsageError("FT-USAGE-008", {
    message: `--on takes no ${given.join(", ")}: the run begins on another machine`,
    hint: "leave it out, or leave --on out",
  });
}

/** How a run on a host is told: its events as those of any run. */
export function watchHost(io: Io): { options: HostRunOptions; exitCode: () => number } {
  const watched = watch(io);
  const options: HostRunOptions = {
    environment: io.environment,
    signal: io.signal,
    onEvent: watched.onEvent,
    onNotice: (text) => io.note(text),
    onCopy: ({ path, bytes }) => io.note(`copying ${path}, ${formatBytes(bytes)}`),
  };
  return { options, exitCode: watched.exitCode };
}

type SentInput = CommandInput<"model" | "dataset", TrainOptions & HostOptions>;

/** `--on HOST`: sends the run there and follows it, or writes the file of `--emit`. */
export async function trainOnHost(
  input: SentInput,
  host: string,
  preset: PresetName,
  io: Io,
): Promise<number> {
  requireSendable(input.options);
  await loadExtensions(input.options.extension);
  const { emit } = input.options;
  if (emit !== undefined) {
    const resolved = await withPipedData(resolveInput(input, preset, io), io);
    const { emitRun } = await import("../app/remote/hosts-emit.ts");
    const made = await emitRun(io.environment, host, resolved, emit);
    io.show(made, () => `${made.file}: ${made.run}`);
    return ExitCode.ok;
  }
  const { options, exitCode } = watchHost(io);
  const resolved = await withPipedData(resolveInput(input, preset, io), io);
  const { startOnHost } = await import("../app/remote/hosts-run.ts");
  await startOnHost(resolved, host, options);
  return exitCode();
}
