// In a clone: whether the library that the addon was built with is the one that is there. A package has its own inside.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../../core/paths.ts";
import { type Check, fail, ok } from "../check.ts";

/** The version in the folder's own record: `mlx_cpu-0.32.4.dist-info`. */
function versionThere(folder: string): string | undefined {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names.flatMap((name) => /^mlx\w*-([\d.]+)\.dist-info$/.exec(name)?.[1] ?? [])[0];
}

export const libraries: Check = {
  name: "libraries",
  async look({ info }) {
    const root = packageRoot();
    const setup = join(root, "setup.sh");
    if (!existsSync(setup)) return ok("those of the package");
    const there = versionThere(join(root, ".local/libmlx"));
    if (there === undefined) return fail("MLX is not in .local/libmlx", `${setup} fetches it`);
    const { mlxVersion } = await info();
    if (mlxVersion === null || mlxVersion.startsWith(there)) return ok(`MLX ${there}`);
    const found = `MLX ${there}, and an addon that was built with ${mlxVersion}`;
    return fail(found, `${setup} builds it anew`);
  },
};
