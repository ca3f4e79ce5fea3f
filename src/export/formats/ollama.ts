// A folder for `ollama create`: a Modelfile with the template of the training, stops and parameters, and the .gguf file
// that it names: of the whole model, or of an adapter that Ollama puts on a model that is there.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { GgufEntries } from "../../weights/gguf/entries.ts";
import { isLicenseFile, type StoredModel } from "../../weights/index.ts";
import { planGguf } from "../gguf/plan.ts";
import { adapterBase } from "../ollama/adapter-base.ts";
import { goTemplate } from "../ollama/go-template.ts";
import { isQuotable, type Modelfile, modelfileText } from "../ollama/modelfile.ts";
import { type OllamaChat, ollamaChat, toolsWithoutBos, withoutBos } from "../ollama/ollama-chat.ts";
import { drawingParameters, type Parameter, stopTexts } from "../ollama/parameters.ts";
import type { ExportFormat, ExportSource } from "./format.ts";
import { gguf } from "./gguf.ts";
import type { ExportOptions } from "./options.ts";

/** Names of the .gguf file, and what Ollama does with it. */
const modelFile = "model.gguf";
const adapterFile = "adapter.gguf";

function licenseTextOf({ companions, license }: StoredModel): string | undefined {
  const name = companions.names().find((one) => isLicenseFile(one) && companions.has(one));
  const text = name === undefined ? undefined : companions.read(name)?.toString("utf8").trim();
  return text !== undefined && isQuotable(text) ? text : license;
}

/** Whether llama.cpp puts the first token before every text: as the file says, else as its kinds of tokenizer do. */
function addsBos(entries: GgufEntries): boolean {
  const said = entries.get("tokenizer.ggml.add_bos_token")?.value;
  return typeof said === "boolean" ? said : entries.get("tokenizer.ggml.model")?.value === "llama";
}

async function templateFor(
  { shape, tools, tokenizer }: OllamaChat,
  source: ExportSource,
): Promise<string> {
  const bos = tokenizer.specialTokens["bos_token"] ?? "";
  // of the base: an adapter changes no key of it
  const { entries } = await planGguf(source.model, { quant: "f16", name: source.name });
  if (!addsBos(entries)) return goTemplate(shape, tools);
  return goTemplate(withoutBos(shape, bos), tools && toolsWithoutBos(tools, bos));
}

function parametersOf({ companions }: StoredModel, { shape, tokenizer }: OllamaChat): Parameter[] {
  const stops = stopTexts(tokenizer, shape).map((text): Parameter => ["stop", text]);
  return [...stops, ...drawingParameters(companions)];
}

/** The .gguf file, and the lines of a Modelfile that name it. */
function filesOf(
  { model }: ExportSource,
  { adapterOnly, from }: ExportOptions,
): { file: string } & Pick<Modelfile, "from" | "adapter"> {
  const base = adapterBase(model, { adapterOnly, from });
  if (base === undefined) return { file: modelFile, from: `./${modelFile}` };
  return { file: adapterFile, from: base, adapter: `./${adapterFile}` };
}

export const ollama: ExportFormat = {
  about: "folder with a Modelfile and its GGUF file, for ollama create",
  output: "folder",
  takes: ["quant", "system", "adapterOnly", "from"],
  ...(gguf.quants !== undefined && { quants: gguf.quants }),
  async plan(source, options) {
    const { file, ...named } = filesOf(source, options);
    const chat = await ollamaChat(source);
    const { quant, adapterOnly } = options;
    const weights = await gguf.plan(source, { quant, adapterOnly });
    const modelfile: Modelfile = {
      ...named,
      template: await templateFor(chat, source),
      system: options.system,
      parameters: parametersOf(source.model, chat),
      license: licenseTextOf(source.model),
      comments: ["ollama create NAME -f Modelfile"],
    };
    const { rounds } = weights;
    return {
      bytes: weights.bytes,
      dropped: [...weights.dropped, ...chat.dropped],
      notes: [...weights.notes, ...chat.notes],
      rounds: rounds && { ...rounds, open: (to) => rounds.open(join(to, file)) },
      async write(to, writing) {
        await mkdir(to);
        await weights.write(join(to, file), writing);
        await writeFile(join(to, "Modelfile"), modelfileText(modelfile));
      },
    };
  },
};
