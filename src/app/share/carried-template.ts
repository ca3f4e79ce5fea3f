import type { NamedFiles } from "../../core/named-files.ts";
// The template of training among the files that a model brings along, where other programs look for one; or what to tell
// of one that they could not read.
import { withTrainingTemplate } from "../../export/chat/training-template.ts";
import type { Dropped } from "../../export/formats/index.ts";
import type { TemplateSource } from "../../text/index.ts";

interface WithFiles {
  companions: NamedFiles;
}

/** What stands beside the weights is that of before, and the template. */
export async function withTemplate<Model extends WithFiles>(
  model: Model,
  template: TemplateSource | undefined,
): Promise<{ model: Model; lost: readonly Dropped[] }> {
  if (template === undefined) return { model, lost: [] };
  const found = await withTrainingTemplate(model.companions, template);
  if ("files" in found) return { model: { ...model, companions: found.files }, lost: [] };
  return {
    model,
    lost: [{ what: `the template of its training, ${template.name}`, why: found.reason }],
  };
}
