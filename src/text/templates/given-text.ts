// The text of a template that the user gave: either the text itself or the path of a file. Parses nothing.
import { readFileSync, statSync } from "node:fs";
import { ConfigError } from "../../core/errors.ts";

/** A path is one line that ends like a template file. */
function isTemplatePath(text: string): boolean {
  return /^[^\n{}]+\.(txt|tmpl|template|jinja2?|j2)$/i.test(text);
}

/** {name}; doubled braces stand for braces, so a third one is needed there. */
const placeholder = /(?<!\{)\{\w+\}(?!\})|\{{3}\w+\}{3}/;

/** Which template reads what the user gave: a file by its ending, a text by its marks; undefined for a mere name. */
export function givenKind(text: string): "custom" | "jinja" | undefined {
  if (isTemplatePath(text)) return /\.(txt|tmpl|template)$/i.test(text) ? "custom" : "jinja";
  if (placeholder.test(text)) return "custom";
  return /\{[{%]/.test(text) ? "jinja" : undefined;
}

/** Throws ConfigError FT-CONFIG-022 when nothing was given or the file cannot be read. */
export function givenText(template: string, given: string | undefined): string {
  if (given === undefined || given === "") {
    throw new ConfigError("FT-CONFIG-022", {
      message: `template '${template}' needs a text or a file`,
      hint: "give a file, --template ./my-template.txt, or the text itself, --template 'Q: {user} A: {assistant}'",
    });
  }
  if (!isTemplatePath(given)) return given;
  if (statSync(given, { throwIfNoEntry: false })?.isFile() !== true) {
    throw new ConfigError("FT-CONFIG-022", {
      at: { file: given },
      message: "no such template file",
      hint: "give the path of a file, or the text itself with {placeholders}",
    });
  }
  // Editors end a file with a newline that nobody meant to teach.
  return readFileSync(given, "utf8").replace(/\r?\n$/, "");
}
