// What a page shows that could not be drawn at all.
import { Page } from "../design/page.tsx";
import { Trouble } from "../design/states.tsx";

export function PageTrouble({ error, reset }: { error: unknown; reset: () => void }) {
  return (
    <Page title="This page could not be shown">
      <Trouble error={error} onRetry={reset} />
    </Page>
  );
}
