// The record of ft itself: everything is kept.
import { chatRoles } from "../forms/chat.ts";
import { recordForm } from "../forms/record.ts";
import type { Profile } from "../profile.ts";

export const record: Profile = {
  about: "ft's own record",
  forms: [{ ...recordForm, detect: (row) => row["messages"] !== undefined }],
  roles: Object.keys(chatRoles),
  severity: { bad_weight: "off", image_refused: "off", call_id_missing: "off" },
};
