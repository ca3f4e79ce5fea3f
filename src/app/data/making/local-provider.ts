// Our own engine as a provider: a model folder, a tuned adapter or a built-in model, held to the row's schema at every
// token. Rows that are asked for at once are written in one batch.
import { existsSync, readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { hashJson } from "../../../core/canonical-json.ts";
import { expandHome } from "../../../core/paths.ts";
import type { Model } from "../../../generate/load-model.ts";
import type { ChatReply, ChatRequest, Provider } from "../../../providers/types.ts";
import type { Message } from "../../../text/types.ts";
import { builtinModels } from "../../../weights/builtin.ts";

/** Its name on the command line. */
export const LOCAL = "local";

/** The best of the built-in models that are on this disk. */
async function usualModel(): Promise<string> {
  const names = (await builtinModels()).map(({ name }) => name);
  return names.find((name) => name === "builtin/smollm2") ?? "builtin/tiny";
}

/** Changes when the weights at a path do; of a name that is no path, the name. */
function markOf(name: string): string {
  const path = resolve(expandHome(name));
  if (!existsSync(path)) return name;
  const isFolder = statSync(path).isDirectory();
  const files = isFolder ? readdirSync(path, { recursive: true }).map(String) : [""];
  const weights = files.filter((file) => file === "" || /\.(?:safetensors|gguf)$/.test(file));
  const marks = weights.toSorted().map((file) => {
    const { size, mtimeMs } = statSync(join(path, file));
    return [file, size, mtimeMs];
  });
  return hashJson([path, marks]).slice(0, 16);
}

class LocalProvider implements Provider {
  readonly name = LOCAL;
  readonly models: readonly string[];
  readonly identity: string;
  readonly leavesTo = undefined;
  readonly keepsSchemas = true;
  readonly #load: () => Promise<Model>;
  #model: Promise<Model> | undefined;

  constructor(model: string, mark: string, load: () => Promise<Model>) {
    this.models = [model];
    this.identity = `${LOCAL} ${mark}`;
    this.#load = load;
  }

  async ask(_: string, request: ChatRequest, signal: AbortSignal): Promise<ChatReply> {
    const { generateText } = await import("../../generate/generate-text.ts");
    this.#model ??= this.#load();
    const { system, prompt, schema, maxTokens, temperature, seed } = request;
    const messages: Message[] = [
      { role: "system", content: system },
      { role: "user", content: prompt },
    ];
    const answer = await generateText({
      model: await this.#model,
      messages: messages.filter(({ content }) => content !== ""),
      ...(schema !== undefined && { jsonSchema: schema.schema }),
      ...(temperature !== undefined && { temperature }),
      ...(seed !== undefined && { seed }),
      maxTokens,
      signal,
    });
    const end = answer.finishReason === "stop" ? "stop" : "length";
    const usage = { tokensIn: answer.promptTokens, tokensOut: answer.tokenIds.length };
    return { text: answer.text, end, usage };
  }

  async close(): Promise<void> {
    const model = await this.#model?.catch(() => undefined);
    model?.dispose();
  }
}

/** Loading waits until it is first asked. */
export async function localProvider(
  named: string | undefined,
  answersAtOnce: number,
): Promise<Provider> {
  const name = named ?? (await usualModel());
  const load = async (): Promise<Model> => {
    const { loadModel } = await import("../../../generate/load-model.ts");
    return await loadModel(name, { engine: { mostAnswers: answersAtOnce } });
  };
  return new LocalProvider(name, markOf(name), load);
}
