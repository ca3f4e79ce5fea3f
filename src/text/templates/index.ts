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
  return context.tokenizer.chatTemplate === undefined ? alpaca(context) : jinja(context);
}

export const templates = new Registry<TemplateFactory>(
  { auto, alpaca, chatml, llama, custom, jinja },
  ({ name, known, nearest }) =>
    new ConfigError("FT-CONFIG-020", {
      message: `Unknown template '${name}'. Valid options: [${known.join(", ")}]`,
      hint:
        nearest === undefined
          ? "ft templates list shows them; a file works too: --template ./my-template.txt"
          : `did you mean '${nearest}'?`,
    }),
);
