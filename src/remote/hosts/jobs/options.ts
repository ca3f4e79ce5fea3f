// What an entry of hosts.yaml may say of jobs of Hugging Face, and how much of a job's time is for training.
import { z } from "zod";
import { flags } from "../../../core/flags.ts";
import { parseDuration } from "../../../core/units.ts";

const Duration = z
  .string()
  .regex(/^\d+(?:\.\d+)?\s*(?:s|m|h)$/, "is a time such as 90m or 4h")
  .refine((text) => parseDuration(text) >= 30, "is at least 30s");

export const HubJobsOptions = z.strictObject({
  image: z
    .string()
    .min(1)
    .describe("Container image with ft in it, or one that setup makes so; hf.co/spaces/NAME too")
    .register(flags, { value: "IMAGE" }),
  flavor: z
    .string()
    .min(1)
    .default("cpu-basic")
    .describe("Machine, as the hub names it: cpu-basic, t4-small")
    .register(flags, { value: "NAME" }),
  timeout: Duration.default("4h").describe(
    "Longest time: then the hub ends the job. Shortly before that the run is saved",
  ),
  namespace: z
    .string()
    .regex(/^[\w.-]+$/, "is the name of an account or an organization")
    .optional()
    .describe("Account or organization that pays; default: the token's"),
  repository: z
    .string()
    .regex(/^[\w.-]+\/[\w.-]+$/, "is NAME/OF-IT")
    .optional()
    .describe("Private dataset of the hub for inputs and results; default: NAMESPACE/ft-jobs"),
  setup: z.string().default("").describe("Lines of a shell that set ft up in the image"),
  ft: z
    .string()
    .default("ft")
    .describe("The command that is ft there")
    .register(flags, { value: "COMMAND" }),
  folder: z.string().startsWith("/").default("/var/tmp/ft-jobs").describe("Folder for runs there"),
  environment: z
    .record(z.string().regex(/^[A-Za-z_]\w*$/), z.string())
    .default({})
    .describe("Variables for ft there; no place for secrets"),
});
export type HubJobsOptions = z.infer<typeof HubJobsOptions>;

/** A run has to be saved and sent before its time is over. */
export const workingSeconds = (timeoutSeconds: number): number =>
  timeoutSeconds - Math.min(600, timeoutSeconds / 5);
