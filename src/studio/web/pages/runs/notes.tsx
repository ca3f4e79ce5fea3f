// A person's own words about a run: a note and tags, kept in the run's folder. Saved when the field is left.
import { TagsInput, Textarea } from "@mantine/core";
import { $api, api } from "../../api/client.ts";
import type { components } from "../../api/generated.d.ts";
import { useChange } from "../../api/mutation.ts";
import { Panel } from "../../design/page.tsx";
import { View } from "../../design/states.tsx";
import { useDraft } from "../../design/use-draft.ts";
import styles from "./notes.module.css";

type Words = components["schemas"]["RunNotes"];

function Fields({ id, kept }: { id: string; kept: Words }) {
  const [note, setNote] = useDraft(kept.note);
  const save = useChange(
    async (words: Words) =>
      await api.PUT("/api/v1/runs/{id}/notes", { params: { path: { id } }, body: words }),
    { touches: ["/api/v1/runs/{id}/notes", "/api/v1/run-overview"] },
  );
  return (
    <div className={styles.fields}>
      <Textarea
        label="Note"
        autosize
        minRows={2}
        maxRows={12}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
        onBlur={() => {
          if (note !== kept.note) save.mutate({ ...kept, note });
        }}
      />
      <TagsInput
        label="Tags"
        value={kept.tags}
        onChange={(tags) => save.mutate({ note, tags })}
        clearable
      />
    </div>
  );
}

export function Notes({ id }: { id: string }) {
  const notes = $api.useQuery("get", "/api/v1/runs/{id}/notes", { params: { path: { id } } });
  return (
    <Panel title="Your notes">
      <View query={notes} lines={2}>
        {(kept) => <Fields id={id} kept={kept} />}
      </View>
    </Panel>
  );
}
