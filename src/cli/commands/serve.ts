import { ServingOptions } from "../../app/serve/options.ts";
// ft serve: a model behind OpenAI's and Anthropic's APIs, on this machine.
import type { Listening } from "../../app/serve/serve-model.ts";
import { defineCommand } from "../define-command.ts";
import type { Io } from "../io.ts";

function tell({ url, token, modelId, encoderId, facts, exposes }: Listening, io: Io): void {
  for (const warning of facts.warnings) io.note(`warning: ${warning}`);
  if (exposes !== null) io.talk(`warning: ${exposes}`);
  if (io.mode.json) return io.line({ type: "listening", url, token });
  io.print(`${modelId} answers at ${url}/v1`);
  if (encoderId !== null) io.print(`${encoderId} makes vectors there`);
  if (token !== null) io.print(`token: ${token}`);
  io.note("Ctrl-C ends it.");
}

export const serve = defineCommand({
  name: "serve",
  summary: "Serve a model over HTTP, for clients of OpenAI's and Anthropic's APIs",
  arguments: {
    model: { about: "Hub id, folder, builtin/tiny, an adapter's folder or a run's" },
  },
  options: ServingOptions,
  examples: [
    "ft serve builtin/smollm2",
    "ft serve ./output --port 0 --json",
    "ft serve ./model --embeddings sentence-transformers/all-MiniLM-L6-v2",
    "ft serve HuggingFaceTB/SmolLM2-135M-Instruct --adapters ./adapters --parallel 4",
  ],
  run: async ({ arguments: { model }, options }, io) => {
    const { serveModel } = await import("../../app/serve/serve-model.ts");
    const listening = await serveModel({ ...options, model: model ?? "", signal: io.signal });
    tell(listening, io);
    await listening.closed;
  },
});
