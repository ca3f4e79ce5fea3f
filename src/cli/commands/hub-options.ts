// Options of commands that send to the Hub or fetch a dataset from it, and the question before anything is sent.
import { z } from "zod";
import { flags } from "../../core/flags.ts";
import type { Io } from "../io.ts";

export const uploadOptions = {
  private: z.boolean().default(false).describe("Make a new repository private"),
  revision: z
    .string()
    .min(1)
    .default("main")
    .describe("Branch to commit to; created if it does not exist")
    .register(flags, { short: "r", value: "BRANCH" }),
  token: z
    .string()
    .optional()
    .describe("Token of the hub; better: HF_TOKEN, or what hf auth login stored")
    .register(flags, { short: "t", value: "TOKEN" }),
  yes: z.boolean().default(false).describe("Do not ask").register(flags, { short: "y" }),
};

export const messageOption = (usual: string) =>
  z
    .string()
    .min(1)
    .default(usual)
    .describe("Message of the commit")
    .register(flags, { short: "m", value: "TEXT" });

/** What of a dataset of the Hub is meant. */
export const hubSplitOptions = {
  split: z.string().optional().describe("Its split (default: train)"),
  config: z
    .string()
    .optional()
    .describe("Its configuration (default: the first)")
    .register(flags, { value: "NAME" }),
};

/** What is said of a plan: all of it, and in a word. */
interface Told {
  all: string;
  brief: string;
}

/** On a terminal it is shown and asked about; elsewhere the command is the answer. */
export function approval<Plan>(
  io: Io,
  yes: boolean,
  told: (plan: Plan) => Told,
): (plan: Plan) => Promise<boolean> {
  return async (plan) => {
    const { all, brief } = told(plan);
    if (!io.mode.json && !io.mode.quiet) io.talk(all);
    if (yes || io.mode.json || !io.canAsk) return true;
    return await io.confirm(`Upload ${brief}?`);
  };
}
