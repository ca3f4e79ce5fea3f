// Whether the addon loads in this Node: without it nothing is computed.
import { type Check, fail, ok } from "../check.ts";

export const addon: Check = {
  name: "addon",
  async look({ info }) {
    const { library, mlxVersion, blas, backendReason, hint } = await info();
    if (mlxVersion === null) return fail(backendReason, hint ?? "./setup.sh");
    return ok(`loaded, ${library ?? "MLX"} ${mlxVersion}, BLAS ${blas}`);
  },
};
