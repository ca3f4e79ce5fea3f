// The beginning of something long, and the rest of it part by part when somebody asks: turns of a conversation of thousands.
import { Button } from "@mantine/core";
import { type ReactNode, useState } from "react";

const step = 200;

interface InPartsProps<T> {
  items: readonly T[];
  /** Of many: "turns". */
  what: string;
  children: (items: readonly T[]) => ReactNode;
}

export function InParts<T>({ items, what, children }: InPartsProps<T>) {
  const [shown, setShown] = useState(step);
  const rest = items.length - shown;
  return (
    <>
      {children(rest > 0 ? items.slice(0, shown) : items)}
      {rest > 0 && (
        <Button variant="default" size="compact-sm" onClick={() => setShown(shown + step)}>
          {Math.min(step, rest).toLocaleString("en")} more of {rest.toLocaleString("en")} {what}
        </Button>
      )}
    </>
  );
}
