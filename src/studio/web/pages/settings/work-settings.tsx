// How much goes on at once and what is kept of providers' answers. Saved with one button; what is wrong is said beside
// its field.
import { Button, NumberInput, Select, Stack, Switch } from "@mantine/core";
import { useState } from "react";
import { api } from "../../api/client.ts";
import type { components } from "../../api/generated.d.ts";
import { useChange } from "../../api/mutation.ts";

type Known = components["schemas"]["Settings"];
type Part = Pick<Known, "max_concurrent_jobs" | "enable_caching" | "cache_ttl" | "log_level">;

const partOf = ({ max_concurrent_jobs, enable_caching, cache_ttl, log_level }: Known): Part => ({
  ...{ max_concurrent_jobs, enable_caching, cache_ttl, log_level },
});

const levels: Known["log_level"][] = ["debug", "info", "warning", "error"];

export function WorkSettings({ known }: { known: Known }) {
  const [part, setPart] = useState(() => partOf(known));
  const save = useChange(async (body: Part) => await api.PUT("/api/settings", { body }), {
    touches: ["/api/settings"],
    done: () => "Saved",
  });
  const isSame = JSON.stringify(part) === JSON.stringify(partOf(known));
  const number = (value: string | number, before: number): number =>
    value === "" ? before : Number(value);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate(part);
      }}
    >
      <Stack gap="sm">
        <NumberInput
          label="Jobs at once"
          description="For each kind of job. More is faster only for jobs that wait for a provider."
          min={1}
          max={64}
          value={part.max_concurrent_jobs}
          onChange={(value) =>
            setPart({ ...part, max_concurrent_jobs: number(value, part.max_concurrent_jobs) })
          }
        />
        <Switch
          label="Cache provider answers"
          description="The same request is not paid for twice."
          checked={part.enable_caching}
          onChange={({ currentTarget }) =>
            setPart({ ...part, enable_caching: currentTarget.checked })
          }
        />
        <NumberInput
          label="Hours until a cached answer expires"
          min={1}
          max={87_600}
          disabled={!part.enable_caching}
          value={part.cache_ttl}
          onChange={(value) => setPart({ ...part, cache_ttl: number(value, part.cache_ttl) })}
        />
        <Select
          label="Log"
          description="How much the studio prints in its terminal."
          allowDeselect={false}
          data={levels}
          value={part.log_level}
          onChange={(value) =>
            value !== null && setPart({ ...part, log_level: value as Part["log_level"] })
          }
        />
        <Button type="submit" disabled={isSame} loading={save.isPending}>
          Save
        </Button>
      </Stack>
    </form>
  );
}
