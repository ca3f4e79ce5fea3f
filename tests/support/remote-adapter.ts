// The files of a checkpoint as the service hands them out: an adapter of the bundled model in PEFT's form. Needs the addon.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { convertAdapter } from "../../src/app/share/adapter-commands.ts";
import { openStoredModel, resolveModel } from "../../src/weights/index.ts";
import { drawnAdapter } from "./drawn-adapter.ts";
import { makeFolder } from "./folders.ts";

export async function adapterFiles(model = "builtin/tiny"): Promise<Record<string, Uint8Array>> {
  const { folder } = await resolveModel(model);
  const made = makeFolder();
  const own = await drawnAdapter(await openStoredModel(folder), join(made, "own"), { rank: 4 });
  const peft = join(made, "peft");
  await convertAdapter(own, { output: peft, to: "peft", baseModel: model });
  const names = ["adapter_config.json", "adapter_model.safetensors"];
  const files = names.map((name) => [name, readFileSync(join(peft, name))]);
  return { ...Object.fromEntries(files), checkpoint_complete: Buffer.from("") } as Record<
    string,
    Uint8Array
  >;
}
