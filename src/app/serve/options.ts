// Options of serving a model: who may ask, how much, and how much memory helps.
import { z } from "zod";
import { flags } from "../../core/flags.ts";

const whole = (least: number): z.ZodInt =>
  z.int().min(least, { error: `must be ${least} or more` });

export const ServingOptions = z.strictObject({
  host: z
    .string()
    .min(1, { error: "must be an address; 0.0.0.0 is every one of this machine's" })
    .default("127.0.0.1")
    .describe("Address to listen on; beyond this machine a token is required")
    .register(flags, { value: "ADDRESS" }),
  port: z
    .int()
    .min(0)
    .max(65_535, { error: "must be from 0 to 65535" })
    .default(8000)
    .describe("Port; 0 takes a free one"),
  token: z
    .string()
    .min(1)
    .optional()
    .describe("Token that requests must carry (default: FT_SERVE_TOKEN; else none on this machine)")
    .register(flags, { value: "TEXT" }),
  allowOrigin: z
    .array(z.string())
    .default([])
    .describe("Pages of these origins may ask too (https://example.com)")
    .register(flags, { value: "ORIGIN,…" }),
  adapter: z
    .string()
    .optional()
    .describe("Adapter to answer with: its folder, a run's, or a checkpoint's")
    .register(flags, { value: "FOLDER" }),
  adapters: z
    .string()
    .optional()
    .describe("Folder of adapters that requests may load by name")
    .register(flags, { value: "FOLDER" }),
  embeddings: z
    .string()
    .optional()
    .describe("Sentence encoder that answers /v1/embeddings beside MODEL: hub id or folder")
    .register(flags, { value: "ENCODER" }),
  modelId: z
    .string()
    .min(1)
    .optional()
    .describe("Name of the model in requests (default: its own)")
    .register(flags, { value: "NAME" }),
  template: z
    .string()
    .optional()
    .describe("Prompt template of conversations; default: the adapter's, else the model's")
    .register(flags, { short: "t", value: "NAME" }),
  loadIn4bit: z
    .boolean()
    .default(false)
    .describe("Quantize the model to 4 bits while loading")
    .register(flags, { long: "load-in-4bit" }),
  parallel: whole(1).default(16).describe("Answers generated at the same time"),
  queue: whole(0).default(64).describe("Requests that may wait; more are refused"),
  maxTokens: whole(1)
    .default(2048)
    .describe("Maximum tokens of an answer, for requests that give no number"),
  context: whole(1)
    .optional()
    .describe("Maximum tokens of prompt and answer together (default: the model's)"),
  timeout: whole(1)
    .default(600)
    .describe("Maximum seconds for a request")
    .register(flags, { value: "SECONDS" }),
  maxBody: whole(1).default(8).describe("Largest body, in MB").register(flags, { value: "MB" }),
  cacheMemory: whole(0)
    .default(512)
    .describe("Memory for the prompt cache, in MB; 0 turns it off")
    .register(flags, { value: "MB" }),
});

export type ServingOptions = z.infer<typeof ServingOptions>;
