// Whether `data.template` names something: a template of the registry (auto among them), a file, or a text.
// Loading the template is text's business.
import { FtError } from "../../core/errors.ts";
import { givenKind } from "../../text/templates/given-text.ts";
import { templates } from "../../text/templates/index.ts";

/** Why the template cannot be meant, or undefined. */
export function templateProblem(template: string): string | undefined {
  if (templates.has(template) || givenKind(template) !== undefined) return undefined;
  try {
    templates.get(template);
  } catch (error) {
    if (error instanceof FtError) return error.message;
    throw error;
  }
  return undefined;
}
