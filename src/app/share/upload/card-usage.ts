// How what is uploaded is used: in ft, in mlx-lm, in transformers or PEFT, in Ollama, each as it takes the form that this
// is in, by way of a conversion where it does not.
import { isAdapter, type ResultForm } from "./source.ts";

export interface UsageFacts {
  /** "user/name" */
  id: string;
  form: ResultForm;
  /** What the base is called here. */
  base: string | undefined;
  /** What it is called on the hub; undefined where it is not there. */
  baseId: string | undefined;
}

/** Of a base that is not on the hub: whoever has it knows where. */
const ELSEWHERE = "PATH_OF_THE_BASE";

type Lines = readonly string[];

const code = (language: string, lines: Lines): string =>
  `\`\`\`${language}\n${lines.join("\n")}\n\`\`\``;

const nameOf = (id: string): string => id.split("/").at(-1) ?? id;

const fetched = (id: string): string => `hf download ${id} --local-dir ${nameOf(id)}`;

const question = '"…"';

function ownAdapter({ id, base }: UsageFacts): string {
  const name = nameOf(id);
  return code("sh", [
    fetched(id),
    `ft generate ${base ?? ELSEWHERE} ${question} --adapter ./${name}`,
    `ft verify ./${name}   # that it is whole`,
  ]);
}

const ownModel = ({ id }: UsageFacts): string => code("sh", [`ft generate ${id} ${question}`]);

function mlxAdapter({ id, form, baseId: base = ELSEWHERE }: UsageFacts): string {
  const name = nameOf(id);
  const folder = form === "peft-adapter" ? `${name}-mlx` : name;
  const convert =
    form === "peft-adapter" ? [`ft adapters convert ./${name} ./${folder} --to mlx`] : [];
  return code("sh", [
    fetched(id),
    ...convert,
    `mlx_lm.generate --model ${base} --adapter-path ./${folder} --prompt ${question}`,
  ]);
}

const mlxModel = ({ id }: UsageFacts): string =>
  code("sh", [`mlx_lm.generate --model ${id} --prompt ${question}`]);

function peft({ id, form, baseId: base = ELSEWHERE }: UsageFacts): string {
  const name = nameOf(id);
  const convert = [fetched(id), `ft adapters convert ./${name} ./${name}-peft --to peft`];
  const from = form === "peft-adapter" ? id : `./${name}-peft`;
  const python = code("python", [
    "from peft import PeftModel",
    "from transformers import AutoModelForCausalLM, AutoTokenizer",
    "",
    `tokenizer = AutoTokenizer.from_pretrained("${base}")`,
    `model = AutoModelForCausalLM.from_pretrained("${base}")`,
    `model = PeftModel.from_pretrained(model, "${from}")`,
  ]);
  return form === "peft-adapter" ? python : `${code("sh", convert)}\n\n${python}`;
}

const transformers = ({ id }: UsageFacts): string =>
  code("python", [
    "from transformers import AutoModelForCausalLM, AutoTokenizer",
    "",
    `tokenizer = AutoTokenizer.from_pretrained("${id}")`,
    `model = AutoModelForCausalLM.from_pretrained("${id}")`,
  ]);

function unpacked({ id }: UsageFacts): string {
  const name = nameOf(id);
  return code("sh", [
    `ft models convert ${id} ./${name}-plain --dequantize   # then as a folder in transformers`,
  ]);
}

function ollama({ id, form, base = ELSEWHERE }: UsageFacts): string {
  const name = nameOf(id);
  const lines = isAdapter(form)
    ? [fetched(id), `ft export ollama ${base} ./${name}-ollama --adapter ./${name}`]
    : [`ft export ollama ${id} ./${name}-ollama`];
  const create = `ollama create ${name.toLowerCase()} -f ./${name}-ollama/Modelfile`;
  return code("sh", [...lines, create, `ollama run ${name.toLowerCase()} ${question}`]);
}

const gguf = ({ id }: UsageFacts): string => code("sh", [`ollama run hf.co/${id}`]);

type Way = readonly [title: string, text: (facts: UsageFacts) => string];

const WAYS: Readonly<Record<ResultForm, readonly Way[]>> = {
  "mlx-adapter": [
    ["ft", ownAdapter],
    ["mlx-lm", mlxAdapter],
    ["transformers and PEFT", peft],
    ["Ollama", ollama],
  ],
  "peft-adapter": [
    ["transformers and PEFT", peft],
    ["ft", ownAdapter],
    ["mlx-lm", mlxAdapter],
    ["Ollama", ollama],
  ],
  model: [
    ["transformers", transformers],
    ["ft", ownModel],
    ["mlx-lm", mlxModel],
    ["Ollama", ollama],
  ],
  "mlx-model": [
    ["mlx-lm", mlxModel],
    ["ft", ownModel],
    ["transformers", unpacked],
    ["Ollama", ollama],
  ],
  gguf: [["Ollama", gguf]],
};

/** Sections "In …", one for each program. */
export function usageText(facts: UsageFacts): string {
  const parts = WAYS[facts.form].map(([title, text]) => `### In ${title}\n\n${text(facts)}`);
  return parts.join("\n\n");
}
