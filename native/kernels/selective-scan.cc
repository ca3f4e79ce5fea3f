// Mamba-1's recurrence as nodes of the graph. A block of channels passes through all tokens of a text, some at a time;
// what is kept for the backward pass are the states before each of these chunks, from which it computes the others again.
#include <algorithm>
#include <utility>
#include <vector>

#include "kernels/kernels.h"
#include "kernels/primitive.h"
#include "kernels/scan-tokens.h"
#include "kernels/scratch.h"
#include "kernels/threads.h"

namespace ft::kernels {

namespace {

/** Sums over channels are made in at most so many parts, whatever the number of threads. */
constexpr size_t mostParts = 16;
/** More would not fit into a core's cache. */
constexpr int mostStates = 256;

constexpr size_t pieces(size_t count, size_t atOnce) { return (count + atOnce - 1) / atOnce; }

struct Sizes {
  size_t batches, length, channels, states;

  Sizes(const array& x, const array& rates)
      : batches(x.shape(0)), length(x.shape(1)), channels(x.shape(2)), states(rates.shape(1)) {}

  size_t blocks() const { return pieces(channels, channelsAtOnce); }
  size_t chunks() const { return pieces(length, tokensAtOnce); }
  size_t parts() const { return std::min(blocks(), mostParts); }
  size_t blockSize() const { return states * channelsAtOnce; }
  /** About as many elements as pass while one block is scanned. */
  size_t work() const { return length * blockSize(); }
};

/** Parts of the calling thread's scratch, one behind the other. */
class Room {
 public:
  explicit Room(size_t count) : next(scratch(count)) {}
  float* take(size_t count) { return std::exchange(next, next + count); }
  float* zeros(size_t count) {
    std::fill_n(next, count, 0.0f);
    return take(count);
  }

 private:
  float* next;
};

/** The channels of one block. */
struct Block {
  size_t batch, index, first, width;

  Block(const Sizes& sizes, size_t batch, size_t index)
      : batch(batch),
        index(index),
        first(index * channelsAtOnce),
        width(std::min(channelsAtOnce, sizes.channels - first)) {}
};

/** The tokens of one chunk. */
struct Chunk {
  size_t index, first, count;

  Chunk(const Sizes& sizes, size_t index)
      : index(index), first(index * tokensAtOnce), count(std::min(tokensAtOnce, sizes.length - first)) {}
};

/** A block's part of arrays, and back. */
class Layout {
 public:
  explicit Layout(const Sizes& sizes) : sizes(sizes) {}

  /** Of (batch, length, channels), with zeros behind the last channel. */
  void rows(const float* from, const Block& block, const Chunk& chunk, float* to) const {
    for (size_t row = 0; row < chunk.count; row++, to += channelsAtOnce) {
      std::copy_n(from + offset(block, chunk.first + row), block.width, to);
      std::fill(to + block.width, to + channelsAtOnce, 0.0f);
    }
  }

  void putRows(const float* from, const Block& block, const Chunk& chunk, float* to) const {
    for (size_t row = 0; row < chunk.count; row++, from += channelsAtOnce)
      std::copy_n(from, block.width, to + offset(block, chunk.first + row));
  }

  /** Of (channels, states): (states, channels), with zeros behind the last channel. */
  void turned(const float* from, const Block& block, float* to) const {
    std::fill_n(to, sizes.blockSize(), 0.0f);
    for (size_t c = 0; c < block.width; c++)
      for (size_t n = 0; n < sizes.states; n++) to[n * channelsAtOnce + c] = from[(block.first + c) * sizes.states + n];
  }

  void putTurned(const float* from, const Block& block, float* to) const {
    for (size_t c = 0; c < block.width; c++)
      for (size_t n = 0; n < sizes.states; n++) to[(block.first + c) * sizes.states + n] = from[n * channelsAtOnce + c];
  }

  /** Where a batch's (channels, states) begin. */
  size_t stateAt(size_t batch) const { return batch * sizes.channels * sizes.states; }

  /** Where the numbers of a chunk begin in (batch, length, states). */
  size_t numbersAt(size_t batch, const Chunk& chunk) const {
    return (batch * sizes.length + chunk.first) * sizes.states;
  }

  /** Where the state before a chunk lies in (batch, blocks, chunks, states, channels of a block). */
  size_t startAt(const Block& block, const Chunk& chunk) const {
    return ((block.batch * sizes.blocks() + block.index) * sizes.chunks() + chunk.index) * sizes.blockSize();
  }

 private:
  size_t offset(const Block& block, size_t token) const {
    return (block.batch * sizes.length + token) * sizes.channels + block.first;
  }

  Sizes sizes;
};

/** What is scanned, chunk by chunk of a block: of (x, steps, rates, writes, reads) and runs, if there are any. */
class Scanned {
 public:
  Scanned(const Arrays& inputs, const int32_t* runs)
      : sizes(inputs[0], inputs[2]),
        layout(sizes),
        x(inputs[0].data<float>()),
        steps(inputs[1].data<float>()),
        rates(inputs[2].data<float>()),
        writes(inputs[3].data<float>()),
        reads(inputs[4].data<float>()),
        runs(runs) {}

  /** Numbers of memory that `enter` and `at` work in. */
  size_t room() const { return 2 * tokensAtOnce * channelsAtOnce + sizes.blockSize(); }

  /** The block whose chunks are asked for next. */
  void enter(const Block& block, Room& room) {
    ownX = room.take(tokensAtOnce * channelsAtOnce);
    ownSteps = room.take(tokensAtOnce * channelsAtOnce);
    ownRates = room.take(sizes.blockSize());
    layout.turned(rates, block, ownRates);
  }

  /** Until the next is asked for. */
  ScanTokens at(const Block& block, const Chunk& chunk) {
    layout.rows(x, block, chunk, ownX);
    layout.rows(steps, block, chunk, ownSteps);
    for (size_t row = 0; row < chunk.count; row++) begins[row] = isFirst(block.batch, chunk.first + row);
    size_t numbers = layout.numbersAt(block.batch, chunk);
    return {chunk.count, sizes.states, ownX, ownSteps, ownRates, writes + numbers, reads + numbers, begins};
  }

  const Sizes sizes;
  const Layout layout;

 private:
  /** Whether a text begins with a token, behind another. */
  bool isFirst(size_t batch, size_t token) const {
    if (!runs || token == 0) return false;
    const int32_t* run = runs + batch * sizes.length + token;
    return run[0] != run[-1];
  }

  const float *x, *steps, *rates, *writes, *reads;
  const int32_t* runs;
  float *ownX = nullptr, *ownSteps = nullptr, *ownRates = nullptr;
  bool begins[tokensAtOnce];
};

const int32_t* runsAt(const Arrays& inputs, size_t index) {
  return inputs.size() > index ? inputs[index].data<int32_t>() : nullptr;
}

/** Of (x, steps, rates, writes, reads, starts, cotangents of y and of the last state, runs). */
struct ScanGradient {
  static constexpr const char* name = "SelectiveScanGradient";

  /** Of x, steps, of rates for each batch, of writes and reads in parts, of the first state. */
  static std::vector<mx::Shape> shapes(const Arrays& inputs) {
    const mx::Shape &x = inputs[0].shape(), &writes = inputs[3].shape(), &state = inputs[7].shape();
    mx::Shape parts{static_cast<int>(Sizes(inputs[0], inputs[2]).parts()), writes[0], writes[1], writes[2]};
    return {x, x, state, parts, parts, state};
  }

  void operator()(const Arrays& inputs, Arrays& outputs) const {
    Sizes sizes(inputs[0], inputs[2]);
    size_t parts = sizes.parts(), blocks = sizes.blocks();
    overRows(sizes.batches * parts, sizes.work() * blocks / parts, [&](size_t begin, size_t end) {
      for (size_t piece = begin; piece < end; piece++) {
        size_t batch = piece / parts, part = piece % parts;
        size_t numbers = sizes.length * sizes.states, own = (part * sizes.batches + batch) * numbers;
        float *writes = outputs[3].data<float>() + own, *reads = outputs[4].data<float>() + own;
        std::fill_n(writes, numbers, 0.0f);
        std::fill_n(reads, numbers, 0.0f);
        for (size_t block = part * blocks / parts; block < (part + 1) * blocks / parts; block++)
          through(inputs, outputs, Block(sizes, batch, block), writes, reads);
      }
    });
  }

  bool operator==(const ScanGradient&) const = default;

 private:
  /** One block, from its last chunk to its first; adds to the sums of writes and reads. */
  static void through(const Arrays& inputs, Arrays& outputs, const Block& block, float* writes, float* reads) {
    Scanned scanned(inputs, runsAt(inputs, 8));
    const Sizes& sizes = scanned.sizes;
    const Layout& layout = scanned.layout;
    size_t size = sizes.blockSize(), chunkSize = tokensAtOnce * channelsAtOnce;
    Room room(scanned.room() + 3 * chunkSize + (2 * tokensAtOnce + 4) * size);
    scanned.enter(block, room);
    float *slopesOfY = room.take(chunkSize), *slopesOfX = room.take(chunkSize), *slopesOfSteps = room.take(chunkSize);
    float *rates = room.zeros(size), *state = room.take(size), *zeros = room.zeros(size);
    ScanTrace trace{room.take((tokensAtOnce + 1) * size), room.take(tokensAtOnce * size), zeros};
    layout.turned(inputs[7].data<float>() + layout.stateAt(block.batch), block, state);
    for (size_t index = sizes.chunks(); index-- > 0;) {
      Chunk chunk(sizes, index);
      ScanTokens tokens = scanned.at(block, chunk);
      std::copy_n(inputs[5].data<float>() + layout.startAt(block, chunk), size, trace.states);
      traceTokens(tokens, trace);
      layout.rows(inputs[6].data<float>(), block, chunk, slopesOfY);
      size_t numbers = chunk.first * sizes.states;
      slopesOfTokens(tokens, trace,
                     {slopesOfY, slopesOfX, slopesOfSteps, rates, writes + numbers, reads + numbers, state});
      layout.putRows(slopesOfX, block, chunk, outputs[0].data<float>());
      layout.putRows(slopesOfSteps, block, chunk, outputs[1].data<float>());
    }
    layout.putTurned(rates, block, outputs[2].data<float>() + layout.stateAt(block.batch));
    layout.putTurned(state, block, outputs[5].data<float>() + layout.stateAt(block.batch));
  }
};

/** Of (x, steps, rates, writes, reads, state, runs): what is read, the last state, and the states before each chunk. */
struct SelectiveScan {
  static constexpr const char* name = "SelectiveScan";

  static std::vector<mx::Shape> shapes(const Arrays& inputs) {
    Sizes sizes(inputs[0], inputs[2]);
    mx::Shape starts{inputs[0].shape(0), static_cast<int>(sizes.blocks()), static_cast<int>(sizes.chunks()),
                     static_cast<int>(sizes.blockSize())};
    return {inputs[0].shape(), inputs[5].shape(), starts};
  }

  void operator()(const Arrays& inputs, Arrays& outputs) const {
    Sizes sizes(inputs[0], inputs[2]);
    size_t blocks = sizes.blocks();
    overRows(sizes.batches * blocks, sizes.work(), [&](size_t begin, size_t end) {
      for (size_t piece = begin; piece < end; piece++)
        through(inputs, outputs, Block(sizes, piece / blocks, piece % blocks));
    });
  }

  Arrays vjp(const Arrays& primals, const Arrays& cotangents, const std::vector<int>& argnums,
             const Arrays& outputs) const {
    Arrays inputs(primals.begin(), primals.begin() + 5);
    inputs.push_back(outputs[2]);
    for (int i = 0; i < 2; i++) inputs.push_back(mx::contiguous(likeOutput(cotangents[i], outputs[i])));
    if (primals.size() > 6) inputs.push_back(primals[6]);
    Arrays all = computedTogether(ScanGradient::shapes(inputs), inputs, ScanGradient{});
    Arrays gradients;
    for (int argument : argnums) {
      bool isSummed = argument >= 2 && argument <= 4;
      if (argument > 5) gradients.push_back(mx::zeros_like(primals[argument]));
      else gradients.push_back(isSummed ? mx::sum(all[argument], 0) : all[argument]);
    }
    return gradients;
  }

  bool operator==(const SelectiveScan&) const = default;

 private:
  static void through(const Arrays& inputs, Arrays& outputs, const Block& block) {
    Scanned scanned(inputs, runsAt(inputs, 6));
    const Sizes& sizes = scanned.sizes;
    const Layout& layout = scanned.layout;
    size_t size = sizes.blockSize(), chunkSize = tokensAtOnce * channelsAtOnce;
    Room room(scanned.room() + chunkSize + 2 * size);
    scanned.enter(block, room);
    float *y = room.take(chunkSize), *state = room.take(size), *other = room.take(size);
    layout.turned(inputs[5].data<float>() + layout.stateAt(block.batch), block, state);
    for (size_t index = 0; index < sizes.chunks(); index++) {
      Chunk chunk(sizes, index);
      std::copy_n(state, size, outputs[2].data<float>() + layout.startAt(block, chunk));
      float* last = readTokens(scanned.at(block, chunk), state, other, y);
      if (last != state) std::swap(state, other);
      layout.putRows(y, block, chunk, outputs[0].data<float>());
    }
    layout.putTurned(state, block, outputs[1].data<float>() + layout.stateAt(block.batch));
  }
};

}  // namespace

bool suitsScan(const Scan& scan) {
  return suits({scan.x, scan.steps, scan.rates, scan.writes, scan.reads, scan.state}) &&
         scan.rates.shape(1) <= mostStates;
}

std::pair<array, array> selectiveScan(const Scan& scan) {
  Arrays inputs;
  for (const array& each : {scan.x, scan.steps, scan.rates, scan.writes, scan.reads, scan.state})
    inputs.push_back(mx::contiguous(each));
  if (scan.runs) inputs.push_back(mx::contiguous(mx::astype(*scan.runs, mx::int32)));
  Arrays outputs = computedTogether(SelectiveScan::shapes(inputs), inputs, SelectiveScan{});
  return {outputs[0], outputs[1]};
}

}  // namespace ft::kernels
