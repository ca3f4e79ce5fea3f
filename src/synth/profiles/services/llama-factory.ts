// LLaMA-Factory: ShareGPT rows, or Alpaca ones; dataset_info.json beside them says which.
import { alpaca } from "../forms/alpaca.ts";
import { sharegpt } from "../forms/sharegpt.ts";
import type { Profile } from "../profile.ts";

export const llamaFactory: Profile = {
  about: "LLaMA-Factory",
  forms: [sharegpt, alpaca],
  hasDatasetInfo: true,
  roles: ["human", "gpt", "observation", "function_call", "system"],
  severity: {
    same_role_twice: "error",
    blank_line: "warning",
    byte_order_mark: "warning",
    // it tells calls by their place
    call_id_missing: "off",
    tool_undeclared: "warning",
    bad_weight: "warning",
  },
};
