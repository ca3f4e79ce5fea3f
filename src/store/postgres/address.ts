// Where a store in Postgres is: postgres://USER@HOST/DATABASE[?schema=NAME].
import { notAFile } from "../store-errors.ts";

/** Where tables are when the address names no schema. */
const usualSchema = "ft";

export interface Address {
  connectionString: string;
  schema: string;
  /** Without the password, for people. */
  told: string;
}

export const isAddress = (path: string): boolean => /^postgres(?:ql)?:\/\//.test(path);

export function addressOf(url: string): Address {
  const address = new URL(url);
  const schema = address.searchParams.get("schema") ?? usualSchema;
  address.searchParams.delete("schema");
  const connectionString = address.href;
  address.password = "";
  address.search = "";
  return { connectionString, schema, told: `${address.href} (schema ${schema})` };
}

/** Throws FT-STORE-008, with the command of the server that does it there, where a store is no file. */
export function requireFile(path: string, command: string): void {
  if (isAddress(path)) throw notAFile(addressOf(path).told, command);
}
