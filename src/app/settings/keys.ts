// Keys of providers that a person gave once: in the system's keychain, else in keys.json, which its owner alone can read.
// The file says of each key where it is and how it ends, so that showing them asks no keychain.
import { chmodSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { writeFileAtomic } from "../../core/atomic-files.ts";
import { ConfigError } from "../../core/errors.ts";
import { makeFolders } from "../../core/folders.ts";
import { parseJson } from "../../core/json-text.ts";
import { type Environment, ftHome } from "../../core/paths.ts";
import { type Keychain, systemKeychain } from "./keychain.ts";

const KeptKeys = z.record(
  z.string(),
  z.union([
    z.strictObject({ in: z.literal("keychain"), masked: z.string() }),
    z.strictObject({ in: z.literal("file"), key: z.string().min(1) }),
  ]),
);

type KeptKeys = z.infer<typeof KeptKeys>;

export const keysFile = (environment: Environment): string =>
  join(ftHome(environment), "keys.json");

/** The end of a long key, nothing of a short one. */
export const masked = (key: string): string => (key.length < 12 ? "…" : `…${key.slice(-4)}`);

/** Throws ConfigError FT-SETTINGS-002. */
function readKept(environment: Environment): KeptKeys {
  const file = keysFile(environment);
  if (!existsSync(file)) return {};
  const parsed = parseJson(readFileSync(file, "utf8"));
  const checked = parsed.ok ? KeptKeys.safeParse(parsed.value) : undefined;
  if (checked?.success === true) return checked.data;
  throw new ConfigError("FT-SETTINGS-002", {
    at: { file },
    message: "the file of keys cannot be read",
    hint: "remove it and give the keys again",
  });
}

async function writeKept(environment: Environment, kept: KeptKeys): Promise<void> {
  makeFolders(ftHome(environment));
  const file = keysFile(environment);
  await writeFileAtomic(file, `${JSON.stringify(kept, null, 2)}\n`, { mode: 0o600 });
  chmodSync(file, 0o600);
}

export interface ShownKey {
  masked: string;
  in: "keychain" | "file";
}

/** Every provider that has a key, without the key. */
export function shownKeys(environment: Environment): ReadonlyMap<string, ShownKey> {
  const kept = Object.entries(readKept(environment));
  return new Map(
    kept.map(([name, one]) => [
      name,
      { in: one.in, masked: one.in === "file" ? masked(one.key) : one.masked },
    ]),
  );
}

/** Undefined where none was given, or the keychain gives it no more. */
export function readKey(
  environment: Environment,
  provider: string,
  keychain: Keychain | undefined = systemKeychain(environment),
): string | undefined {
  const one = readKept(environment)[provider];
  if (one === undefined) return undefined;
  return one.in === "file" ? one.key : keychain?.read(provider);
}

/** Keeps a key in place of an earlier one; null takes it away. */
export async function keepKey(
  environment: Environment,
  provider: string,
  key: string | null,
  keychain: Keychain | undefined = systemKeychain(environment),
): Promise<void> {
  const { [provider]: before, ...others } = readKept(environment);
  if (key === null) {
    if (before?.in === "keychain") keychain?.remove(provider);
    return await writeKept(environment, others);
  }
  const isInKeychain = keychain?.write(provider, key) ?? false;
  const one = isInKeychain
    ? ({ in: "keychain", masked: masked(key) } as const)
    : ({ in: "file", key } as const);
  await writeKept(environment, { ...others, [provider]: one });
}
