// Options of commands that somebody saved under a name, in the user's store.
import type { Environment } from "../../core/paths.ts";
import {
  type Configuration,
  configurationHistory,
  listConfigurations,
  readConfiguration,
  saveConfiguration,
} from "../../store/index.ts";
import { withStore } from "./with-store.ts";

export interface ToldConfiguration {
  /** Words after `ft`. */
  command: string;
  name: string;
  /** From 1, one higher with each change. */
  number: number;
  options: Readonly<Record<string, unknown>>;
  /** ISO 8601. */
  savedAt: string;
}

const told = ({ kind, name, number, value, createdAt }: Configuration): ToldConfiguration => ({
  command: kind,
  name,
  number,
  options: value as Record<string, unknown>,
  savedAt: new Date(createdAt).toISOString(),
});

/** Saves options under a name; a name that is there gets another form, unless they are what it has. */
export async function saveOptions(
  environment: Environment,
  command: string,
  name: string,
  options: Readonly<Record<string, unknown>>,
): Promise<ToldConfiguration> {
  return await withStore(environment, async (store) =>
    told(await saveConfiguration(store, command, name, options)),
  );
}

/** Options saved under a name, or its form NAME@2. Throws UsageError FT-DATASET-011. */
export async function savedOptions(
  environment: Environment,
  command: string,
  reference: string,
): Promise<Readonly<Record<string, unknown>>> {
  const [, name = reference, number] = /^(.+)@(\d+)$/.exec(reference) ?? [];
  return await withStore(environment, async (store) => {
    const wanted = number === undefined ? undefined : Number(number);
    return told(await readConfiguration(store, command, name, wanted)).options;
  });
}

/** The newest form of each; of one name, every form, newest first. */
export async function listSaved(
  environment: Environment,
  name?: string,
): Promise<ToldConfiguration[]> {
  return await withStore(environment, async (store) => {
    const newest = await listConfigurations(store);
    if (name === undefined) return newest.map(told);
    const forms: ToldConfiguration[] = [];
    for (const { kind } of newest.filter((each) => each.name === name))
      forms.push(...(await configurationHistory(store, kind, name)).map(told));
    return forms;
  });
}
