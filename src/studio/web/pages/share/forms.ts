// The ways a result can leave, in the words of a person; what each is made of is the API's.
import type { components } from "../../api/generated.d.ts";

export type Form = components["schemas"]["ShareForm"];

export interface Way {
  /** In the address. */
  key: string;
  title: string;
  about: string;
}

export const hub: Way = {
  key: "hub",
  title: "Hub",
  about: "A repository with a model card, public or private",
};

const words: Readonly<Record<string, Omit<Way, "key">>> = {
  merge: { title: "Merge", about: "Adapter and base as one model, whole or quantized" },
  convert: { title: "Quantize", about: "The same model in fewer bits, with its loss measured" },
  ollama: { title: "Ollama", about: "A folder for ollama create" },
  gguf: { title: "GGUF", about: "One file for llama.cpp and LM Studio" },
  hf: { title: "Transformers", about: "A folder for Hugging Face's libraries" },
  mlx: { title: "MLX", about: "A folder for mlx-lm" },
  "mlx-swift": { title: "MLX Swift", about: "A folder for apps on Apple devices" },
  peft: { title: "PEFT", about: "The adapter alone, for Python" },
};

const order = ["merge", "convert", "ollama", "gguf", "hf", "mlx", "mlx-swift", "peft"];

const rank = ({ format }: Form): number =>
  (order.indexOf(format) + order.length + 1) % (order.length + 1);

/** The hub first asked for by most; a file alone is only uploaded by hand. */
export function waysOf(forms: readonly Form[]): (Way & { form: Form | undefined })[] {
  const all = forms
    .toSorted((a, b) => rank(a) - rank(b))
    .map((form) => ({
      key: form.format,
      ...(words[form.format] ?? { title: form.format, about: form.about }),
      form,
    }));
  return forms.length === 0 ? [] : [...all, { ...hub, form: undefined }];
}

/** What a person types afterwards; undefined where nothing follows. */
export function nextCommand({ format }: Form, place: string): string | undefined {
  const quoted = /[^\w./~-]/.test(place) ? `'${place}'` : place;
  const name = place.split("/").at(-1)?.toLowerCase() ?? "tuned";
  if (format === "ollama") return `cd ${quoted} && ollama create ${name} -f Modelfile`;
  if (format === "gguf") return `llama-cli -m ${quoted}`;
  if (format === "merge" || format === "convert" || format === "hf" || format === "mlx")
    return `ft chat ${quoted}`;
  return undefined;
}
