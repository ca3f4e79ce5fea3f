// What computes, and why not something quicker.
import { type Check, fail, ok, warn } from "../check.ts";

export const backend: Check = {
  name: "backend",
  async look({ info, platform, arch }) {
    const { backend: name, backendReason: why, hint, device } = await info();
    if (name === null) return fail("nothing can compute", hint ?? "./setup.sh");
    const found = `${name}, ${device}: ${why}`;
    const isSlower =
      platform === "darwin" && arch === "arm64" && !/metal/i.test(`${name} ${device}`);
    return isSlower
      ? warn(found, "unset FT_BACKEND, then ft info says why Metal is not taken")
      : ok(found);
  },
};
