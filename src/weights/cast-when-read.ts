// A stored model whose numbers have another precision, changed tensor by tensor as they are read.
// Which precision is the caller's choice; whole numbers stay what they are.
import { type Dtype, evaluate, retain, scope, type Tensor } from "../mx/index.ts";
import type { StoredModel, StoredTensor } from "./stored-model.ts";

function cast(tensor: Tensor, dtype: Dtype): Tensor {
  if (tensor.dtype === dtype || !tensor.dtype.includes("float")) return tensor;
  try {
    return retain(
      scope(() => {
        const changed = tensor.astype(dtype);
        evaluate([changed]);
        return changed;
      }),
    );
  } finally {
    tensor.dispose();
  }
}

export function castWhenRead(
  stored: StoredModel,
  dtypeOf: (tensor: StoredTensor) => Dtype,
): StoredModel {
  const load: StoredModel["load"] = () => {
    const reader = stored.load();
    return {
      read(name) {
        const tensor = reader.read(name);
        const described = stored.tensors.get(name);
        return described === undefined ? tensor : cast(tensor, dtypeOf(described));
      },
      close: () => reader.close(),
    };
  };
  return { ...stored, load };
}
