// A step of AdamW whose moments rest in 8 bits (after Dettmers et al. 2022), a group of 64 numbers at a time: unpacked,
// moved, packed again, the parameter with them. Numbers are packed as MLX's affine quantization does it.
#include <algorithm>
#include <cmath>

#include "kernels/kernels.h"
#include "kernels/primitive.h"
#include "kernels/threads.h"
#include "kernels/vector.h"

namespace ft::kernels {

/** Numbers that share a scale, and the highest code. */
static constexpr size_t groupSize = 64;
static constexpr float mostCode = 255;

/** A group's scale and offset. */
struct Grid {
  float scale, bias;
};

/** The larger end of the range has a code of its own, and so has nought. */
FT_INLINE Grid gridOf(const float* numbers) {
  float low = numbers[0], high = numbers[0];
  for (size_t i = 1; i < groupSize; i++) {
    low = numbers[i] < low ? numbers[i] : low;
    high = numbers[i] > high ? numbers[i] : high;
  }
  bool isLow = std::abs(low) > std::abs(high);
  float scale = std::max((high - low) / mostCode, 1e-7f);
  float edge = isLow ? low : high, signedScale = isLow ? scale : -scale;
  float code = std::rint(edge / signedScale);
  return code == 0 ? Grid{signedScale, 0} : Grid{edge / code, edge};
}

FT_INLINE void packGroup(const float* numbers, uint8_t* codes, Grid* grid) {
  *grid = gridOf(numbers);
  for (size_t i = 0; i < groupSize; i++) {
    float code = std::rint((numbers[i] - grid->bias) / grid->scale);
    code = code > 0 ? code : 0;
    codes[i] = static_cast<uint8_t>(static_cast<int32_t>(code < mostCode ? code : mostCode));
  }
}

/** A moment's groups in memory, before or after a step. */
template <class Byte, class Float>
struct Lain {
  Byte* codes;
  Float *scales, *biases;
};
using Before = Lain<const uint8_t, const float>;
using After = Lain<uint8_t, float>;

FT_INLINE float unpacked(const Before& moment, size_t group, size_t i) {
  return static_cast<float>(moment.codes[group * groupSize + i]) * moment.scales[group] + moment.biases[group];
}

FT_INLINE void packed(const float* numbers, const After& moment, size_t group) {
  Grid grid;
  packGroup(numbers, moment.codes + group * groupSize, &grid);
  moment.scales[group] = grid.scale;
  moment.biases[group] = grid.bias;
}

struct Moved {
  const float *parameter, *gradient;
  Before first, second;
  float* result;
  After firstAfter, secondAfter;
};

FT_VECTORISED void moveGroups(const Moved& all, const MomentStep& step, size_t begin, size_t end) {
  float roots[groupSize], fourthRoots[groupSize];
  for (size_t group = begin; group < end; group++) {
    size_t at = group * groupSize;
    for (size_t i = 0; i < groupSize; i++) {
      float root = unpacked(all.first, group, i), fourth = unpacked(all.second, group, i);
      float slope = all.gradient[at + i];
      float m = root * std::abs(root) * step.beta1 + slope * (1 - step.beta1);
      float v = fourth * fourth * (fourth * fourth) * step.beta2 + slope * slope * (1 - step.beta2);
      float change = m / (std::sqrt(v) * step.rootFactor + step.eps) * step.rate;
      all.result[at + i] = all.parameter[at + i] * step.kept - change;
      roots[i] = std::copysign(std::sqrt(std::abs(m)), m);
      fourthRoots[i] = std::sqrt(std::sqrt(v));
    }
    packed(roots, all.firstAfter, group);
    packed(fourthRoots, all.secondAfter, group);
  }
}

namespace {

/** Of (parameter, gradient, first's and second's packed, scales, biases). */
struct PackedMomentStep {
  MomentStep step;
  static constexpr const char* name = "PackedMomentStep";

  void operator()(const Arrays& inputs, Arrays& outputs) const {
    Moved all{inputs[0].data<float>(), inputs[1].data<float>(), before(inputs, 2),  before(inputs, 5),
              outputs[0].data<float>(), after(outputs, 1),      after(outputs, 4)};
    overRows(inputs[0].size() / groupSize, groupSize,
             [&](size_t begin, size_t end) { moveGroups(all, step, begin, end); });
  }

  static Before before(const Arrays& arrays, size_t at) {
    return {arrays[at].data<uint8_t>(), arrays[at + 1].data<float>(), arrays[at + 2].data<float>()};
  }

  static After after(Arrays& arrays, size_t at) {
    return {arrays[at].data<uint8_t>(), arrays[at + 1].data<float>(), arrays[at + 2].data<float>()};
  }

  bool operator==(const PackedMomentStep&) const = default;
};

}  // namespace

bool suitsPackedMoments(const array& parameter, const array& gradient, const PackedMoment& moment) {
  return suits({parameter, gradient, moment.scales, moment.biases}) && parameter.size() % groupSize == 0;
}

std::vector<array> packedMomentStep(const array& parameter, const array& gradient, const PackedMoment& first,
                                    const PackedMoment& second, const MomentStep& step) {
  Arrays inputs{parameter,    gradient,      first.packed,  first.scales,
                first.biases, second.packed, second.scales, second.biases};
  for (array& input : inputs) input = mx::contiguous(input);
  std::vector<mx::Shape> shapes{parameter.shape()};
  std::vector<mx::Dtype> dtypes{mx::float32};
  for (const PackedMoment* moment : {&first, &second}) {
    for (const array* part : {&moment->packed, &moment->scales, &moment->biases}) {
      shapes.push_back(part->shape());
      dtypes.push_back(part->dtype());
    }
  }
  return computedTogether(shapes, dtypes, inputs, PackedMomentStep{step});
}

}  // namespace ft::kernels
