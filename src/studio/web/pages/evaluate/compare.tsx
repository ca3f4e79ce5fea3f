// The form of a comparison: a base and what is to be better than it, on the same rows.
import { Link } from "../../app/link.tsx";
import { Page, Panel } from "../../design/page.tsx";
import { WantedForm } from "./wanted-form.tsx";

export function Compare() {
  return (
    <Page
      title="Compare models"
      above={<Link to="/evaluate">Evaluate</Link>}
      lead="All models answer the same rows with greedy decoding, in the template that the fine-tuned one was trained with."
    >
      <Panel>
        <WantedForm />
      </Panel>
    </Page>
  );
}
