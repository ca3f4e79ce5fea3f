// Whether `data.template` names something: auto, a template of the registry, or a file.
// Loading the template is text's business.
import { nearest } from "../../core/nearest.ts";

const KNOWN = ["alpaca", "chatml", "llama"];

/** A path rather than a name: has a folder or an extension. */
function looksLikeFile(template: string): boolean {
  return /[\\/]|\.\w+$/.test(template);
}

/** Why the template cannot be meant, or undefined. */
export function templateProblem(template: string): string | undefined {
  if (template === "auto" || KNOWN.includes(template) || looksLikeFile(template)) return undefined;
  const near = nearest(template, ["auto", ...KNOWN]);
  const suggestion = near === undefined ? "" : `; did you mean ${near}?`;
  return `Unknown template '${template}'. Valid options: [auto, ${KNOWN.join(", ")}]${suggestion}`;
}
