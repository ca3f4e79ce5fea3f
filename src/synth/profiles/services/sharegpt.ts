// ShareGPT rows by themselves.
import { sharegpt as form } from "../forms/sharegpt.ts";
import type { Profile } from "../profile.ts";
import { llamaFactory } from "./llama-factory.ts";

export const sharegpt: Profile = {
  ...llamaFactory,
  about: "ShareGPT",
  hasDatasetInfo: false,
  forms: [form],
  roles: [...llamaFactory.roles, "user", "assistant", "chatgpt", "tool"],
  severity: { ...llamaFactory.severity, same_role_twice: "warning" },
};
