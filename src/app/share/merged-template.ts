// The template that an adapter was trained with, carried into the merged model where other programs look for one: a Jinja
// text becomes chat_template.jinja. One of ours by name is told instead.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { TemplateSource } from "../../text/index.ts";

/** Returns what to know of a template that could not be carried. */
export async function writeTemplate(
  folder: string,
  template: TemplateSource | undefined,
): Promise<string[]> {
  if (template === undefined || template.name === "auto") return [];
  const { name, text } = template;
  if (name === "jinja" && text !== undefined) {
    await writeFile(join(folder, "chat_template.jinja"), text);
    return [];
  }
  return [
    `the adapter was trained with the template '${name}', the folder has the model's own: ask it with --template ${name}`,
  ];
}
