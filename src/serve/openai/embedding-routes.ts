// POST /v1/embeddings.
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { requestSignal } from "../answering.ts";
import { badRequest } from "../http/api-error.ts";
import { checked } from "../http/checked.ts";
import { encoderNamed } from "../models.ts";
import type { Served } from "../served.ts";

const wrongInput =
  "must be a string, a list of strings, a list of token ids, or a list of such lists";
const Text = z.string().min(1, { error: "must not be empty" });
const Ids = z.array(z.int().min(0)).min(1, { error: wrongInput });

const EmbeddingsBody = z.object(
  {
    model: z.string().nullish(),
    input: z.union([Text, Ids, z.array(Text).min(1).max(2048), z.array(Ids).min(1).max(2048)], {
      error: wrongInput,
    }),
    encoding_format: z.enum(["float", "base64"], { error: "must be float or base64" }).nullish(),
    dimensions: z.int().positive().nullish(),
  },
  { error: "the body must be a JSON object" },
);

type Input = z.infer<typeof EmbeddingsBody>["input"];

function inputsOf(input: Input): (string | number[])[] {
  if (typeof input === "string") return [input];
  return input.every((one) => typeof one === "number") ? [input] : (input as (string | number[])[]);
}

/** Little-endian float32, as OpenAI's clients read it. */
function base64(vector: readonly number[]): string {
  const bytes = Buffer.alloc(4 * vector.length);
  for (const [at, value] of vector.entries()) bytes.writeFloatLE(value, 4 * at);
  return bytes.toString("base64");
}

export function embeddingRoutes(app: FastifyInstance, served: Served): void {
  app.post("/v1/embeddings", async (asked, reply) => {
    const body = checked(EmbeddingsBody, asked.body);
    const model = encoderNamed(body.model, served);
    const leave = served.gate.enter();
    reply.raw.once("close", leave);
    const signal = requestSignal(reply, served.options.seconds);
    const call = served.host.call("embed", { inputs: inputsOf(body.input) }, signal);
    const { vectors, tokens } = await call.result;
    const size = vectors[0]?.length ?? 0;
    if (typeof body.dimensions === "number" && body.dimensions !== size)
      throw badRequest(`embeddings of this model have ${size} dimensions`, "dimensions");
    const data = vectors.map((vector, index) => ({
      ...{ object: "embedding", index },
      embedding: body.encoding_format === "base64" ? base64(vector) : vector,
    }));
    const usage = { prompt_tokens: tokens, total_tokens: tokens };
    return { object: "list", data, model, usage };
  });
}
