// The arithmetic of the selective scan (Gu & Dao 2023): some tokens of some channels at a time, forward and backward.
// Which they are, what is kept between them and who computes them is selective-scan.cc's.
#pragma once

#include <cstddef>

namespace ft::kernels {

/** Channels that pass together, a whole number of vectors, and the most tokens; their states fit into a core's cache. */
inline constexpr size_t channelsAtOnce = 32, tokensAtOnce = 64;

/** What is scanned. Behind the last channel there may be zeros. */
struct ScanTokens {
  size_t count, states;
  /** (count, channels). */
  const float *x, *steps;
  /** (states, channels). */
  const float* rates;
  /** (count, states). */
  const float *writes, *reads;
  /** (count): before such a token the state is zero. */
  const bool* begins;

  /** Numbers of one state. */
  size_t stateSize() const { return states * channelsAtOnce; }
};

/**
 * h <- exp(step rate) h + step x write, y = the sum of h read. `state` (states, channels) is the one before; it and
 * `other`, as large, take turns: returns which of them holds the state after the last token.
 */
float* readTokens(const ScanTokens& tokens, float* state, float* other, float* y);

/** What the backward pass computes again: states before each token and after the last, and decays of each token. */
struct ScanTrace {
  /** (count + 1, states, channels); the first is given. */
  float* states;
  /** (count, states, channels). */
  float* decays;
  /** (states, channels): what a text begins with. */
  const float* zeros;

  const float* before(const ScanTokens& tokens, size_t token) const {
    return tokens.begins[token] ? zeros : states + token * tokens.stateSize();
  }
};

void traceTokens(const ScanTokens& tokens, const ScanTrace& trace);

/** Gradients, all as what they are of; those of rates, writes and reads are added to what is there. */
struct ScanSlopes {
  const float* y;
  float *x, *steps, *rates, *writes, *reads;
  /** Of the state after the tokens; then of the one before. */
  float* state;
};

void slopesOfTokens(const ScanTokens& tokens, const ScanTrace& trace, const ScanSlopes& slopes);

}  // namespace ft::kernels
