// What each form of rows needs: fields of the right kind, roles in their order, nothing empty. The rules are those of
// profiles (profiles/rules), judged as for no service in particular.
import { knownFields, rowForms } from "../../profiles/forms/index.ts";
import type { Profile, Sighting } from "../../profiles/profile.ts";
import { sightingsIn } from "../../profiles/rules/index.ts";
import { severityFor } from "../../profiles/rules/rule.ts";
import type { RowCheck } from "../check.ts";
import type { LookedRow } from "../looked-row.ts";

const roles = ["system", "developer", "user", "human", "assistant", "gpt", "model", "bot"];

const anyForm: Profile = {
  about: "rows in any format",
  forms: rowForms.names().map((name) => rowForms.get(name)),
  roles: [...roles, "chatgpt", "tool", "function", "observation", "function_call"],
  severity: {
    not_starting_with_user: "error",
    same_role_twice: "error",
    single_message: "error",
    tool_undeclared: "off",
    call_id_missing: "off",
    weight_misplaced: "off",
    secret_found: "off",
  },
};

/** Several tools answer one after another; and a text alone has no roles to be in order. */
function isMeant({ code, field }: Sighting, row: LookedRow): boolean {
  const orders = ["same_role_twice", "not_starting_with_user", "single_message"];
  if (!orders.includes(code)) return true;
  if (typeof row.value["text"] === "string") return false;
  if (code !== "same_role_twice") return true;
  const place = field.replace(/\.[^.\]]*$/, "");
  const message = row.seen?.messages.find(({ at }) => at === place || at === field);
  return message?.value["role"] === "user" || message?.value["role"] === "assistant";
}

export const structure: RowCheck = {
  about: "missing fields, roles out of order, empty messages",
  *look(row) {
    const { form, seen, value } = row;
    if (form === undefined || seen === undefined) {
      const message = `the row is in no known form: it has the fields ${knownFields(value)}`;
      yield { field: "", message, fixable: false };
      return;
    }
    for (const found of sightingsIn({ row: value, seen, form, profile: anyForm })) {
      if (severityFor(anyForm, found.code) !== "error" || !isMeant(found, row)) continue;
      yield { field: found.field, message: found.message };
    }
  },
};
