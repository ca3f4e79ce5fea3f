// A folder for `ollama create`: a Modelfile with the template of the training, stops and parameters, and the .gguf file
// that it names.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isLicenseFile, readGgufFile, type StoredModel } from "../../weights/index.ts";
import { goTemplate } from "../ollama/go-template.ts";
import { isQuotable, type Modelfile, modelfileText } from "../ollama/modelfile.ts";
import { type OllamaChat, ollamaChat, withoutBos } from "../ollama/ollama-chat.ts";
import { drawingParameters, type Parameter, stopTexts } from "../ollama/parameters.ts";
import type { ExportFormat } from "./format.ts";
import { gguf } from "./gguf.ts";

const weightsFile = "model.gguf";

function licenseTextOf({ companions, license }: StoredModel): string | undefined {
  const name = companions.names().find((one) => isLicenseFile(one) && companions.has(one));
  const text = name === undefined ? undefined : companions.read(name)?.toString("utf8").trim();
  return text !== undefined && isQuotable(text) ? text : license;
}

/** Whether llama.cpp puts the first token before every text: as the file says, else as its kinds of tokenizer do. */
async function addsBos(file: string): Promise<boolean> {
  const { metadata } = await readGgufFile(file);
  const said = metadata.get("tokenizer.ggml.add_bos_token");
  return typeof said === "boolean" ? said : metadata.get("tokenizer.ggml.model") === "llama";
}

async function templateFor({ shape, tokenizer }: OllamaChat, weights: string): Promise<string> {
  const bos = tokenizer.specialTokens["bos_token"] ?? "";
  return goTemplate((await addsBos(weights)) ? withoutBos(shape, bos) : shape);
}

function parametersOf({ companions }: StoredModel, { shape, tokenizer }: OllamaChat): Parameter[] {
  const stops = stopTexts(tokenizer, shape).map((text): Parameter => ["stop", text]);
  return [...stops, ...drawingParameters(companions)];
}

export const ollama: ExportFormat = {
  about: "folder with a Modelfile and its .gguf file, for ollama create",
  output: "folder",
  takes: ["quant", "system"],
  ...(gguf.quants !== undefined && { quants: gguf.quants }),
  async plan(source, { system, quant }) {
    const chat = await ollamaChat(source);
    const weights = await gguf.plan(source, { quant });
    const modelfile: Modelfile = {
      from: `./${weightsFile}`,
      system,
      parameters: parametersOf(source.model, chat),
      license: licenseTextOf(source.model),
      comments: ["ollama create NAME -f Modelfile"],
    };
    const { rounds } = weights;
    return {
      bytes: weights.bytes,
      dropped: [...weights.dropped, ...chat.dropped],
      notes: [...weights.notes, ...chat.notes],
      rounds: rounds && { ...rounds, open: (to) => rounds.open(join(to, weightsFile)) },
      async write(to, options) {
        await mkdir(to);
        const file = join(to, weightsFile);
        await weights.write(file, options);
        const template = await templateFor(chat, file);
        await writeFile(join(to, "Modelfile"), modelfileText({ ...modelfile, template }));
      },
    };
  },
};
