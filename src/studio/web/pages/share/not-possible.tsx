// A form in which a model cannot be written: why, what writes it all the same, and which model has every form.
import type { components } from "../../api/generated.d.ts";
import { ButtonLink } from "../../app/link.tsx";
import { Empty } from "../../design/states.tsx";

export type FormProblem = NonNullable<components["schemas"]["PossibleForms"]["problems"]>[number];

/** Without the place of the file on this disk: the page says which model it is about. */
const withoutPlace = (message: string): string => message.replace(/^\/\S+: /, "");

export interface NotPossibleProps {
  problem: FormProblem;
  /** Models with every form. */
  instead: readonly string[];
}

export function NotPossible({ problem: { message, hint }, instead }: NotPossibleProps) {
  const [first] = instead;
  return (
    <Empty
      title="This model has no such form"
      {...(first !== undefined && {
        action: (
          <ButtonLink
            to={`/train?model=${first}&data=builtin`}
          >{`Train ${first} instead`}</ButtonLink>
        ),
      })}
    >
      <p>{withoutPlace(message)}</p>
      {hint !== null && <p>{hint}</p>}
    </Empty>
  );
}
