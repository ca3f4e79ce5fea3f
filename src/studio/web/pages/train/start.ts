// Puts what the form describes into the queue, one run or a sweep, and goes where it is seen to begin.
import { useNavigate } from "@tanstack/react-router";
import { api } from "../../api/client.ts";
import { useChange } from "../../api/mutation.ts";
import { useShortcuts } from "../../app/shortcuts.tsx";
import type { Filled } from "./form-state.ts";
import { countOf, type Grid } from "./grid.ts";

const touches = ["/api/v1/jobs", "/api/v1/run", "/api/v1/train/form", "/api/v1/sweeps"];

async function started(filled: Filled, grid: Grid, force: boolean): Promise<string> {
  if (countOf(grid) === 0) {
    const { data } = await api.POST("/api/v1/train/form/start", { body: { ...filled, force } });
    return `/runs/job/${data?.id}`;
  }
  const body = { ...filled, grid: grid as Record<string, never[]>, force };
  const { data } = await api.POST("/api/v1/train/form/sweep", { body });
  return `/runs/sweep?${new URLSearchParams({ folder: data?.folder ?? "" })}`;
}

export interface StartOptions {
  filled: Filled;
  grid: Grid;
  isReady: boolean;
  /** As far as it was looked at: a start is refused then, unless it is forced. */
  fits: boolean;
}

export function useStart({ filled, grid, isReady, fits }: StartOptions) {
  const navigate = useNavigate();
  const start = useChange(async () => await started(filled, grid, !fits), {
    touches,
    done: () => (countOf(grid) > 0 ? "The runs are in the queue" : "The run is in the queue"),
    onDone: (to) => {
      const [path, search] = to.split("?");
      const values = Object.fromEntries(new URLSearchParams(search));
      void navigate({ to: path, search: values } as never);
    },
  });
  // nor is it started again once it has been, while the page goes on to where it is seen
  const isStarting = start.isPending || start.isSuccess;
  const begin = (): void => {
    if (isReady && !isStarting) start.mutate(undefined);
  };
  useShortcuts([
    {
      keys: "mod+Enter",
      about: "Start the run",
      // against what is foreseen only a click counts, beside the words that say so
      run: () => {
        if (fits) begin();
      },
    },
  ]);
  return { begin, isStarting };
}
