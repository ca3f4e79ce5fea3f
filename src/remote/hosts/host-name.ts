// Names and addresses of hosts. They become arguments of other programs, so that none may look like an option.
import { z } from "zod";
import { badHostName } from "./errors.ts";

const plain = /^[\p{L}\p{N}_][\p{L}\p{N}_.@:%-]*$/u;

export const HostName = z
  .string()
  .regex(plain, "begins with a letter, a digit or _, and holds no spaces");

/** @throws UsageError FT-HOST-003 */
export function requireHostName(name: string): string {
  if (!plain.test(name)) throw badHostName(name);
  return name;
}
