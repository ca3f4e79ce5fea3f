// A run as it is handed to a host: its settings with the places there, and the files of this machine that it needs.
import { createHash } from "node:crypto";
import { existsSync, statSync } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { hashFile } from "../../core/file-hash.ts";
import type { RunInput, RunSpec } from "../../remote/hosts/runner.ts";
import { filesBelow, makeRunId } from "../../runs/index.ts";
import type { RunConfig } from "../config/schema.ts";
import { withAbsolutePaths, withPaths } from "../train/absolute-paths.ts";

/** Of a file, or of every file below a folder with its name. The last part of its path counts: it is its name there. */
async function inputOf(path: string): Promise<RunInput> {
  const isFolder = statSync(path).isDirectory();
  const names = isFolder ? await filesBelow(path) : [""];
  const digest = createHash("sha256").update(`${basename(path)}\n`);
  let bytes = 0;
  for (const name of names) {
    const file = join(path, name);
    bytes += (await stat(file)).size;
    digest.update(`${await hashFile(file)} ${name}\n`);
  }
  return { path, digest: digest.digest("hex"), bytes };
}

/** What settings with absolute paths name that lies on this disk. */
export async function inputsOf(config: RunConfig): Promise<RunInput[]> {
  const paths = new Set<string>();
  withPaths(config, {
    named(text) {
      if (text.startsWith("/") && existsSync(text)) paths.add(text);
      return text;
    },
    place: (path) => path,
  });
  const inputs: RunInput[] = [];
  for (const path of paths) inputs.push(await inputOf(path));
  return inputs;
}

/** Settings whose paths are absolute; what is named and lies on this disk goes along. */
export async function hostSpec(given: RunConfig): Promise<RunSpec> {
  const config = withAbsolutePaths(given);
  const inputs = await inputsOf(config);
  return {
    id: makeRunId(),
    inputs,
    output: config.output_dir,
    settings: ({ output, of }) => {
      const there = withPaths(config, { named: (text) => of(text), place: (path) => path });
      return {
        ...there,
        output_dir: output,
        model: { ...there.model, cache_dir: null },
      };
    },
  };
}
