// Rows of many tokens laid out by expert, in tiles of a few rows that belong to one expert each: then a product is one of
// matrices, and an expert's weights are read once a tile. Shapes follow from counts alone, so that it can be traced; what
// fills the tiles up repeats a row, and nobody reads what comes of it. Indices only: no weights here.
import { arange, type Tensor } from "../../mx/index.ts";

export interface Tiles {
  /** (tiles · rows): the token that each row is of. */
  tokens: Tensor;
  /** (tiles · rows): which of all choices each row is, token by token. */
  choices: Tensor;
  /** (tiles), ascending. */
  experts: Tensor;
  /** (tokens, chosen): where the row of each choice is. */
  places: Tensor;
}

/** How many of `ends` (experts) are at most each number, (numbers): experts of ascending stretches. */
function stretchOf(numbers: Tensor, ends: Tensor): Tensor {
  const passed = ends.expandDims(0).lessEqual(numbers.expandDims(1)).astype("int32").sum(-1);
  return passed.minimum(ends.dim(0) - 1);
}

/** Experts (tokens, chosen) of `count`, in tiles of so many rows. */
export function tilesOf(chosenExperts: Tensor, count: number, rows: number): Tiles {
  const [tokens = 1, chosen = 1] = chosenExperts.shape;
  const choices = tokens * chosen;
  const numbers = chosenExperts.reshape(-1).astype("int32");
  const order = numbers.argsort().astype("int32");
  const counts = numbers.expandDims(1).equal(arange(0, count)).astype("int32").sum(0);
  const firstRow = counts.cumsum(0, false, false);
  const tileEnds = counts
    .add(rows - 1)
    .floorDivide(rows)
    .cumsum(0);
  const firstTile = tileEnds.sub(counts.add(rows - 1).floorDivide(rows));
  const tileCount = Math.floor((choices + count * (rows - 1)) / rows);
  const tiles = arange(0, tileCount);
  const experts = stretchOf(tiles, tileEnds);
  const within = tiles.sub(firstTile.take(experts, 0)).mul(rows).expandDims(1).add(arange(0, rows));
  const last = counts.take(experts, 0).sub(1).expandDims(1);
  const sorted = firstRow.take(experts, 0).expandDims(1).add(within.minimum(last));
  const choiceOf = order.take(sorted.reshape(-1).clip(0, choices - 1), 0);
  const rank = order.argsort().astype("int32").sub(firstRow.take(numbers, 0));
  return {
    tokens: choiceOf.floorDivide(chosen),
    choices: choiceOf,
    experts,
    places: firstTile.take(numbers, 0).mul(rows).add(rank).reshape(tokens, chosen),
  };
}
