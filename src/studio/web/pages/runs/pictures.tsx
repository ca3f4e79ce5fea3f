// Pictures of curves: the first over the whole width, the others beside each other.
import { type CurveLine, Curves } from "../../design/curves.tsx";
import { Columns, Panel } from "../../design/page.tsx";
import { useDrawing } from "./controls.tsx";
import { axisText, type Picture } from "./figures.ts";
import styles from "./pictures.module.css";

export interface Drawn {
  picture: Picture;
  lines: readonly CurveLine[];
}

function One({ drawn: { picture, lines }, group, height }: OneProps) {
  const { axis, isLog } = useDrawing();
  const { title, text } = picture;
  return (
    <Panel title={title}>
      <Curves
        {...{ title, lines, axis, group, height }}
        xText={axisText[axis]}
        yText={text}
        isLog={isLog && title !== "Memory"}
      />
    </Panel>
  );
}

interface OneProps {
  drawn: Drawn;
  group: string;
  height: number;
}

export function Pictures({ drawn, group }: { drawn: readonly Drawn[]; group: string }) {
  const [first, ...others] = drawn;
  if (first === undefined) return null;
  return (
    <div className={styles.pictures}>
      <One drawn={first} group={group} height={280} />
      <Columns least="max(19rem, 34%)">
        {others.map((one) => (
          <One key={one.picture.title} drawn={one} group={group} height={180} />
        ))}
      </Columns>
    </div>
  );
}
