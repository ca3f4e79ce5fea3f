// The curves of one run, a picture for each kind of figure.
import { useMemo } from "react";
import type { CurveLine } from "../../design/curves.tsx";
import { Panel } from "../../design/page.tsx";
import { Empty } from "../../design/states.tsx";
import { useDrawing } from "./controls.tsx";
import { howFor, lineOf, type Picture, pictures, seriesOf } from "./figures.ts";
import { Pictures } from "./pictures.tsx";
import type { Series } from "./queries.ts";

function linesOf(
  picture: Picture,
  series: readonly Series[],
  how: ReturnType<typeof useDrawing>,
): CurveLine[] {
  return seriesOf(picture, series).map((one, at) => {
    const name = picture.names?.[one.name] ?? one.name.replace(/^(train|validation)\//, "$1 ");
    const isMain = picture.figures.length === 1;
    const line = { name: isMain ? picture.title.toLowerCase() : name, color: at + 1 };
    return lineOf(one, line, howFor(picture, how));
  });
}

export function RunCurves({ series }: { series: readonly Series[] }) {
  const { axis, smoothing, isLog } = useDrawing();
  const drawn = useMemo(
    () =>
      pictures
        .map((picture) => ({
          picture,
          lines: linesOf(picture, series, { axis, smoothing, isLog }),
        }))
        .filter(({ lines }) => lines.length > 0),
    [series, axis, smoothing, isLog],
  );
  if (drawn.length === 0)
    return (
      <Panel>
        <Empty title="No data yet">Curves begin with the first step.</Empty>
      </Panel>
    );
  return <Pictures drawn={drawn} group="run" />;
}
