// Every page that is made from the sources, whole or in part. The next one is one line here; make reference writes them.
import { configSchemaText } from "../../src/app/config/schema.ts";
import { sweepJsonSchema } from "../../src/app/train/sweep-schema.ts";
import { domainJsonSchema } from "../../src/synth/domains/domain.ts";
import { withCounts } from "../inventory/counts.ts";
import { inventoryFile, readInventory } from "../inventory/rows.ts";
import { commandsPage } from "./commands.ts";
import { errorsPage } from "./errors.ts";
import { opsPage } from "./ops.ts";
import { optionsPage } from "./options.ts";
import { providersPage } from "./providers.ts";

/** Text of a file from the root of the clone; empty where there is none. */
export type Read = (file: string) => string;

const schemaText = (schema: object): string => `${JSON.stringify(schema, null, 2)}\n`;

/** Page → its text, given what it holds now and the other files. */
const pages: Readonly<Record<string, (now: string, read: Read) => string>> = {
  "docs/reference/options.md": optionsPage,
  "docs/reference/commands.md": commandsPage,
  "docs/reference/errors.md": () => errorsPage(),
  "docs/reference/ops.md": opsPage,
  "configs/schema.json": () => configSchemaText(),
  "configs/sweeps/schema.json": () => schemaText(sweepJsonSchema()),
  "configs/domains/schema.json": () => schemaText(domainJsonSchema()),
  "docs/providers-formats.md": providersPage,
  "docs/design/STATUS.md": (now, read) => withCounts(now, readInventory(read(inventoryFile)).rows),
};

/** The pages that are not as the sources have them, each with its true text. */
export function stalePages(read: Read): Map<string, string> {
  const made = Object.entries(pages).map(([page, make]): [string, string] => [
    page,
    make(read(page), read),
  ]);
  return new Map(made.filter(([page, text]) => text !== read(page)));
}
