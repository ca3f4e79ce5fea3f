// The process that looks at runs before they start: rows tokenized, memory estimated, masks shown. It stays for the next
// look, so that only the first waits for the addon; whoever asks never computes with it. Trains nothing, writes nothing.
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FtError } from "../../core/errors.ts";
import { asFtError, packError } from "../../core/packed-errors.ts";
import { serveSupervisor } from "../../core/worker-process.ts";
import { isBuiltin } from "../../weights/builtin.ts";
import { wholeSettings } from "./check-settings.ts";
import type {
  Forms,
  FormsRequest,
  FromLooker,
  Look,
  LookName,
  LookRequest,
  Looks,
  ToLooker,
} from "./looker-messages.ts";
import { previewRows, type RowsPreview } from "./preview-rows.ts";
import { validateRun } from "./validate-run.ts";

const unexpected = "FT-RUN-UNEXPECTED";

/** Rows and memory are looked at whatever is in the output folder: that it is taken is said without a look. */
const freeFolder = join(tmpdir(), `ft-look-${process.pid}`);

async function look({ config, origins, preview }: LookRequest): Promise<Look> {
  const resolved = wholeSettings({ config: { ...config, output_dir: freeFolder }, origins });
  let rows: RowsPreview | null = null;
  const { config: _, ...report } = await validateRun(resolved, (fitting) => {
    rows = previewRows(fitting, preview);
  });
  return { report, preview: rows };
}

/** By model: its files are looked at once. */
const known = new Map<string, Forms>();

async function forms({ model }: FormsRequest): Promise<Forms> {
  const before = known.get(model);
  if (before !== undefined) return before;
  const { formProblems } = await import("../share/possible-forms.ts");
  const found = { problems: await formProblems(model) };
  // of a folder the files may change
  if (isBuiltin(model)) known.set(model, found);
  return found;
}

const looks: { [Name in LookName]: (asked: Looks[Name]["asked"]) => Promise<Looks[Name]["told"]> } =
  { look, forms };

async function answer({ id, what, asked }: ToLooker): Promise<FromLooker> {
  try {
    return { id, told: await looks[what](asked as never) };
  } catch (thrown) {
    const error = asFtError(thrown, (details) => new FtError(unexpected, details));
    return { id, error: packError(error) };
  }
}

serveSupervisor(async (_, { tell, onSaid, stopping }) => {
  let last: Promise<void> = Promise.resolve();
  onSaid((said) => {
    last = last.then(async () => tell(await answer(said as ToLooker)));
  });
  if (!stopping.aborted) await once(stopping, "abort");
  return null;
}, unexpected);
