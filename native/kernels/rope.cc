// Rotary positions (Su et al. 2021), each half of a head's numbers with the other, in one pass; the gradient is the
// rotation back. Heads are read as they lie in memory. Cosines and sines of the last few kinds of positions are kept:
// all layers of a model turn by the same.
#include <algorithm>
#include <cmath>
#include <list>
#include <memory>
#include <mutex>
#include <vector>

#include "kernels/heads.h"
#include "kernels/kernels.h"
#include "kernels/primitive.h"
#include "kernels/threads.h"
#include "kernels/vector.h"

namespace ft::kernels {

/** `half` pairs (i, i + half) turned by the angles. */
FT_VECTORISED void turnRow(const float* row, const float* cosines, const float* sines, size_t half, float direction,
                           float* __restrict out) {
  for (size_t i = 0; i < half; i++) {
    float sine = direction * sines[i];
    out[i] = row[i] * cosines[i] - row[half + i] * sine;
    out[half + i] = row[i] * sine + row[half + i] * cosines[i];
  }
}

namespace {

/** What a table is of. */
struct Turns {
  /** Of each row, or one for all. */
  std::vector<int> offsets;
  float scale;
  size_t length;
  std::vector<float> frequencies;
  bool operator==(const Turns&) const = default;
};

struct Table {
  explicit Table(const Turns& turns) : turns(turns) {
    for (int offset : turns.offsets)
      for (size_t at = 0; at < turns.length; at++)
        for (float frequency : turns.frequencies) {
          // In float32, as MLX and PyTorch have it.
          float angle = (static_cast<float>(at) + static_cast<float>(offset)) * turns.scale * frequency;
          cosines.push_back(std::cos(angle));
          sines.push_back(std::sin(angle));
        }
  }

  /** Where the angles of a token begin. */
  size_t of(size_t batch, size_t token) const {
    size_t row = turns.offsets.size() == 1 ? 0 : batch;
    return (row * turns.length + token) * turns.frequencies.size();
  }

  Turns turns;
  std::vector<float> cosines, sines;
};

std::shared_ptr<const Table> tableOf(const Turns& turns) {
  constexpr size_t mostKept = 4;
  static std::mutex mutex;
  static auto& kept = *new std::list<std::shared_ptr<const Table>>;
  std::lock_guard lock(mutex);
  auto found = std::find_if(kept.begin(), kept.end(), [&](const auto& table) { return table->turns == turns; });
  if (found == kept.end()) kept.push_front(std::make_shared<Table>(turns));
  else kept.splice(kept.begin(), kept, found);
  if (kept.size() > mostKept) kept.pop_back();
  return kept.front();
}

/** Of (x, frequencies), and the offsets of rows where they have their own. */
struct Rope {
  int offset;
  float scale, direction;
  static constexpr const char* name = "Rope";

  void operator()(const Arrays& inputs, Arrays& outputs) const {
    Read x(inputs[0]);
    Heads<float> turned = made(outputs[0]);
    const float* frequencies = inputs[1].data<float>();
    size_t half = inputs[1].size(), heads = turned.heads, length = turned.length;
    auto table = tableOf({offsetsIn(inputs), scale, length, {frequencies, frequencies + half}});
    overRows(outputs[0].shape(0) * length, heads * turned.size, [&](size_t begin, size_t end) {
      for (size_t row = begin; row < end; row++)
        for (size_t head = 0; head < heads; head++) {
          const float* from = x->at(row / length, head, row % length);
          float* to = turned.at(row / length, head, row % length);
          size_t angles = table->of(row / length, row % length);
          turnRow(from, table->cosines.data() + angles, table->sines.data() + angles, half, direction, to);
          std::copy(from + 2 * half, from + turned.size, to + 2 * half);
        }
    });
  }

  std::vector<int> offsetsIn(const Arrays& inputs) const {
    if (inputs.size() == 2) return {offset};
    const int32_t* own = inputs[2].data<int32_t>();
    return {own, own + inputs[2].size()};
  }

  Arrays vjp(const Arrays& primals, const Arrays& cotangents, const std::vector<int>& argnums,
             const Arrays& outputs) const {
    Arrays gradients;
    for (int argument : argnums) {
      if (argument != 0) {
        gradients.push_back(mx::zeros_like(primals[argument]));
        continue;
      }
      array cotangent = headsFirst(likeOutput(cotangents[0], outputs[0]));
      Arrays inputs = primals;
      inputs[0] = cotangent;
      gradients.push_back(of(inputs, Rope{offset, scale, -direction}));
    }
    return gradients;
  }

  static array of(const Arrays& inputs, Rope rope) {
    return headsFirst(computedTogether({rowsFirst(inputs[0], inputs[0].shape(3))}, inputs, rope)[0]);
  }

  bool operator==(const Rope&) const = default;
};

}  // namespace

array rope(const array& x, const array& frequencies, float scale, int offset) {
  return Rope::of({x, inOrder(frequencies)}, Rope{offset, scale, 1});
}

array rope(const array& x, const array& frequencies, float scale, const array& offsets) {
  array own = inOrder(mx::astype(offsets, mx::int32));
  return Rope::of({x, inOrder(frequencies), own}, Rope{0, scale, 1});
}

}  // namespace ft::kernels
