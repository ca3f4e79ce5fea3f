// How a source's conversations read in Ollama: the shape of the template of its training, and what of that template is
// not in a shape. Writes nothing.
import { ModelError } from "../../core/errors.ts";
import { loadTokenizer, rendererOf } from "../../text/index.ts";
import type { Tokenizer } from "../../text/types.ts";
import { between, type ChatShape, chatShape } from "../chat/chat-shape.ts";
import { toolShape, type ToolShape } from "../chat/tool-shape.ts";
import type { Dropped, ExportSource } from "../formats/format.ts";

export interface OllamaChat {
  shape: ChatShape;
  /** Where the template says tools in a way that Ollama can too. */
  tools: ToolShape | undefined;
  tokenizer: Tokenizer;
  dropped: readonly Dropped[];
  notes: readonly string[];
}

/** Today as templates may write it. */
function isDated({ gaps }: ChatShape): boolean {
  const year = String(new Date().getFullYear());
  return [...gaps.values()].some((text) => text.includes(year));
}

type Tools = ReturnType<typeof toolShape> | undefined;

function droppedOf(shape: ChatShape, source: string, tools: Tools): Dropped[] {
  const date = {
    what: "the date of today in the chat template",
    why: "Ollama writes dates in one form; the TEMPLATE has the day of the export",
  };
  return [
    ...(tools !== undefined && "reason" in tools
      ? [{ what: "tools of the chat template", why: tools.reason }]
      : []),
    ...(/strftime_now/.test(source) && isDated(shape) ? [date] : []),
  ];
}

function notesOn({ gaps }: ChatShape, tools: Tools): string[] {
  const takesSystem = gaps.has(between("start", "system"));
  return [
    ...(takesSystem
      ? []
      : ["the template takes no system message: in Ollama one stands before the question"]),
    ...(tools !== undefined && "tools" in tools
      ? [
          "tools and calls stand where training had them; their JSON has Go's spaces and order of keys",
        ]
      : []),
  ];
}

/** @throws ModelError FT-EXPORT-008 where the template depends on more than who speaks. */
export async function ollamaChat({ model, template }: ExportSource): Promise<OllamaChat> {
  const tokenizer = await loadTokenizer(model.companions);
  const renderer = rendererOf(tokenizer, template);
  const found = chatShape(renderer);
  if ("reason" in found)
    throw new ModelError("FT-EXPORT-008", {
      at: { file: model.folder },
      message: `the chat template cannot be written as an Ollama TEMPLATE: ${found.reason}`,
      hint: "ft export gguf: llama.cpp's server reads the template itself, with --jinja",
    });
  const { shape } = found;
  const source = template.text ?? (template.name === "auto" ? tokenizer.chatTemplate : "") ?? "";
  const tools = /\btools\b/.test(source) ? toolShape(shape, renderer) : undefined;
  return {
    ...{ shape, tokenizer },
    tools: tools !== undefined && "tools" in tools ? tools.tools : undefined,
    dropped: droppedOf(shape, source, tools),
    notes: notesOn(shape, tools),
  };
}

/** Without the token that Ollama puts before every text by itself, as the .gguf file says. */
export function toolsWithoutBos(tools: ToolShape, bos: string): ToolShape {
  const told = [...tools.told].map(([key, one]) => {
    const isFirst = key.startsWith("start ") || key.startsWith("empty ");
    const before =
      isFirst && one.before.startsWith(bos) ? one.before.slice(bos.length) : one.before;
    return [key, { ...one, before }] as const;
  });
  return { ...tools, told: new Map(told) };
}

/** The same of what stands around contents. */
export function withoutBos({ gaps, trims }: ChatShape, bos: string): ChatShape {
  const kept = [...gaps].map(([key, text]): [string, string] => {
    const isFirst = key.startsWith("start ") || key.startsWith("empty ");
    return [key, isFirst && text.startsWith(bos) ? text.slice(bos.length) : text];
  });
  return { gaps: new Map(kept), trims };
}
