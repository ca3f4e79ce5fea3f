// What the commands of `ft remote` share: where Tinker is, how waiting is told, how models are asked, and two answers side
// by side.
import { z } from "zod";
import type { AskingOptions } from "../app/remote/ask-remote.ts";
import type { RemoteOptions } from "../app/remote/tinker.ts";
import { flags } from "../core/flags.ts";
import type { Io } from "./io.ts";

export function remoteOptions(io: Io): RemoteOptions {
  const onNotice: RemoteOptions["onNotice"] = (level, message) =>
    io.note(level === "warning" ? `warning: ${message}` : message);
  return { environment: io.environment, signal: io.signal, onNotice };
}

/** How answers are drawn. */
export const AskingFlags = z.strictObject({
  maxTokens: z
    .int()
    .min(1)
    .default(150)
    .describe("Maximum tokens of an answer")
    .register(flags, { value: "N" }),
  temperature: z
    .number()
    .min(0)
    .default(0.7)
    .describe("Sampling temperature; 0 always takes the most likely token"),
  topP: z
    .number()
    .gt(0)
    .max(1)
    .default(1)
    .describe("Sample from the most likely tokens that together have this probability")
    .register(flags, { long: "top-p", value: "P" }),
  seed: z.int().min(0).default(42).describe("Seed of the answers").register(flags, { value: "N" }),
  template: z
    .string()
    .default("auto")
    .describe(
      "How prompts read: auto (as in training, else the model's own), a name, a file, or its text",
    )
    .register(flags, { short: "t", value: "NAME" }),
});

export const askingOf = ({
  maxTokens,
  temperature,
  topP,
  seed,
}: Pick<
  z.infer<typeof AskingFlags>,
  "maxTokens" | "temperature" | "topP" | "seed"
>): AskingOptions => ({
  ...{ maxTokens, temperature, topP, seed },
});

interface TwoAnswers {
  prompt: string;
  base: string | null;
  tuned: string;
}

/** Each prompt with the answers to it. */
export function sideBySide(
  rows: readonly TwoAnswers[],
  names: { base: string; tuned: string },
): string {
  const blocks = rows.map(({ prompt, base, tuned }) =>
    [
      `> ${prompt}`,
      ...(base === null ? [] : [`${names.base}: ${base}`]),
      `${names.tuned}: ${tuned}`,
    ].join("\n"),
  );
  return blocks.join("\n\n");
}
