// Options of a command saved under a name, and used again: --save-as and --configuration, for the commands that say so.
// Where they are kept is app/store/configurations.ts.
import { z } from "zod";
import { UsageError } from "../core/errors.ts";
import { flags } from "../core/flags.ts";
import type { Io } from "./io.ts";

const SavingOptions = z.strictObject({
  saveAs: z
    .string()
    .optional()
    .describe("Also save these options under a name")
    .register(flags, { value: "NAME" }),
  configuration: z
    .string()
    .optional()
    .describe("Load options saved under a name; options given here override them")
    .register(flags, { value: "NAME" }),
});

/** The options of a command, and these two. */
export const withSaving = (options: z.ZodObject): z.ZodObject =>
  options.extend(SavingOptions.shape);

export interface Chosen {
  /** Options of the command line and of the configuration that it names. */
  given: Readonly<Record<string, unknown>>;
  saveAs?: string | undefined;
}

/** Throws UsageError FT-DATASET-011 for a configuration that is not there. */
export async function chosenOptions(
  command: string,
  { options }: { options: Readonly<Record<string, unknown>> },
  { environment }: Io,
): Promise<Chosen> {
  const { saveAs, configuration, ...typed } = options;
  const { savedOptions } = await import("../app/store/configurations.ts");
  const before =
    configuration === undefined
      ? {}
      : await savedOptions(environment, command, configuration as string);
  return { given: { ...before, ...typed }, saveAs: saveAs as string | undefined };
}

interface ToKeep extends Chosen {
  command: string;
  /** Options that are not saved: they are said each time. */
  without: readonly string[];
}

async function keepOptions({ command, given, saveAs, without }: ToKeep, io: Io): Promise<void> {
  if (saveAs === undefined) return;
  const kept = Object.fromEntries(
    Object.entries(given).filter(([name]) => !without.includes(name)),
  );
  const { saveOptions } = await import("../app/store/configurations.ts");
  const { number } = await saveOptions(io.environment, command, saveAs, kept);
  io.note(`Options saved: ft ${command} --configuration ${saveAs} (form ${number})`);
}

/** Runs, then saves what was given, where a name was; options that were refused are not saved. */
export async function keeping<T>(toKeep: ToKeep, io: Io, run: () => Promise<T>): Promise<T> {
  let isRefused = false;
  try {
    return await run();
  } catch (error) {
    isRefused = error instanceof UsageError;
    throw error;
  } finally {
    if (!isRefused) await keepOptions(toKeep, io);
  }
}
