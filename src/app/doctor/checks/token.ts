// Whether there is a token for the hub. Models that ask for no agreement need none. The token itself is never told.
import { hubSettings } from "../../../weights/index.ts";
import { type Check, ok, warn } from "../check.ts";

const form = /^hf_\w{10,}$/;

export const token: Check = {
  name: "token",
  look({ environment }) {
    const { token: own } = hubSettings({}, environment);
    if (own === undefined) return ok("none; only gated models and uploads need one");
    if (form.test(own)) return ok("there is one");
    return warn(
      "there is one that is not of the hub's form",
      "a new one: https://huggingface.co/settings/tokens",
    );
  },
};
