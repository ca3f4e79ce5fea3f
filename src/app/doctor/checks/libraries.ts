// In a clone: whether the library that the addon was built with is the one that is there. A package has its own inside.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../../core/paths.ts";
import { type Check, fail, ok } from "../check.ts";

/** Where set-up puts each library, and the name of the folder's own record: `mlx_cpu-0.32.4.dist-info`. */
const PLACES: Readonly<Record<string, { folder: string; record: RegExp }>> = {
  MLX: { folder: ".local/libmlx", record: /^mlx\w*-([\d.]+)\.dist-info$/ },
  libtorch: { folder: ".local/torch", record: /^torch-([\d.]+)\.dist-info$/ },
};

function versionThere(folder: string, record: RegExp): string | undefined {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names.flatMap((name) => record.exec(name)?.[1] ?? [])[0];
}

export const libraries: Check = {
  name: "libraries",
  async look({ info }) {
    const root = packageRoot();
    const setup = join(root, "setup.sh");
    if (!existsSync(setup)) return ok("those of the package");
    const { library, mlxVersion } = await info();
    const name = library ?? "MLX";
    const { folder, record } = PLACES[name] as (typeof PLACES)[string];
    const there = versionThere(join(root, folder), record);
    if (there === undefined) return fail(`${name} is not in ${folder}`, `${setup} fetches it`);
    if (mlxVersion === null || mlxVersion.startsWith(there)) return ok(`${name} ${there}`);
    const found = `${name} ${there}, and an addon that was built with ${mlxVersion}`;
    return fail(found, `${setup} builds it anew`);
  },
};
