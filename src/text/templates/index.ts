// The registry of templates: one line each. Nothing else knows their names.
import { ConfigError } from "../../core/errors.ts";
import { Registry } from "../../core/registry.ts";
import { alpaca } from "./alpaca.ts";
import { chatml } from "./chatml.ts";
import { custom } from "./custom.ts";
import { jinja } from "./jinja.ts";
import { llama } from "./llama.ts";
import type { TemplateContext, TemplateFactory } from "./template.ts";

export type { TemplateContext, TemplateFactory } from "./template.ts";

/** The model's own template when it has one, else Alpaca. */
function auto(context: TemplateContext): ReturnType<TemplateFactory> {
  return context.tokenizer.chatTemplate === undefined ? alpaca(context) : own(context);
}

/** Templates that are the same with every model. */
const ours = { alpaca, chatml, llama };

/** ConfigError FT-CONFIG-023 for a model without a template, where none was given. */
function own(context: TemplateContext): ReturnType<TemplateFactory> {
  const renderer = jinja(context);
  if (renderer !== undefined) return renderer;
  throw new ConfigError("FT-CONFIG-023", {
    message: "the model has no chat template: it is a base model",
    hint: `choose one, --template ${Object.keys(ours).join(", ")}, or give a file: --template ./my-template.jinja`,
  });
}

/** Templates by name: how a conversation becomes the text that a model reads. */
export const templates = new Registry<TemplateFactory>(
  { auto, ...ours, custom, jinja: own },
  ({ name, known, nearest }) =>
    new ConfigError("FT-CONFIG-020", {
      message: `Unknown template '${name}'. Valid options: [${known.join(", ")}]`,
      hint:
        nearest === undefined
          ? "ft templates list shows them; a file works too: --template ./my-template.txt"
          : `did you mean '${nearest}'?`,
    }),
);
