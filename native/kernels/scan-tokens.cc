// Each loop runs over channels: what differs by channel lies side by side, what differs by state is one number to it.
#include "kernels/scan-tokens.h"

#include <algorithm>

#include "kernels/vector.h"

namespace ft::kernels {

static_assert(channelsAtOnce % lanes == 0);

/** `decays` null: they are not kept. */
template <bool keepsDecays>
FT_INLINE void advance(const ScanTokens& all, size_t token, const float* before, float* __restrict after,
                       float* __restrict decays, float* __restrict y) {
  const float *x = all.x + token * channelsAtOnce, *steps = all.steps + token * channelsAtOnce;
  float entering[channelsAtOnce], sums[channelsAtOnce] = {};
  for (size_t c = 0; c < channelsAtOnce; c++) entering[c] = x[c] * steps[c];
  for (size_t n = 0; n < all.states; n++) {
    float write = all.writes[token * all.states + n], read = all.reads[token * all.states + n];
    size_t at = n * channelsAtOnce;
    for (size_t c = 0; c < channelsAtOnce; c++) {
      float decay = exponential(steps[c] * all.rates[at + c]);
      float state = decay * before[at + c] + entering[c] * write;
      after[at + c] = state;
      if constexpr (keepsDecays) decays[at + c] = decay;
      else sums[c] += state * read;
    }
  }
  if constexpr (!keepsDecays) std::copy_n(sums, channelsAtOnce, y);
}

FT_VECTORISED float* readTokens(const ScanTokens& tokens, float* state, float* other, float* y) {
  for (size_t token = 0; token < tokens.count; token++) {
    if (tokens.begins[token]) std::fill_n(state, tokens.stateSize(), 0.0f);
    advance<false>(tokens, token, state, other, nullptr, y + token * channelsAtOnce);
    std::swap(state, other);
  }
  return state;
}

FT_VECTORISED void traceTokens(const ScanTokens& tokens, const ScanTrace& trace) {
  size_t size = tokens.stateSize();
  for (size_t token = 0; token < tokens.count; token++)
    advance<true>(tokens, token, trace.before(tokens, token), trace.states + (token + 1) * size,
                  trace.decays + token * size, nullptr);
}

/** By halves, so that it is a few steps rather than one after the other. */
FT_INLINE float total(const float* terms) {
  float eight[8], four[4];
  for (size_t i = 0; i < 8; i++) eight[i] = terms[i] + terms[i + 8];
  for (size_t i = 0; i < 4; i++) four[i] = eight[i] + eight[i + 4];
  return (four[0] + four[2]) + (four[1] + four[3]);
}
static_assert(lanes == 16);

FT_INLINE void slopesOfToken(const ScanTokens& all, size_t token, const float* before, const float* after,
                             const float* decays, const ScanSlopes& slopes) {
  size_t row = token * channelsAtOnce;
  const float *x = all.x + row, *steps = all.steps + row, *ofY = slopes.y + row;
  float entering[channelsAtOnce], written[channelsAtOnce] = {}, decayed[channelsAtOnce] = {};
  for (size_t c = 0; c < channelsAtOnce; c++) entering[c] = x[c] * steps[c];
  for (size_t n = 0; n < all.states; n++) {
    size_t number = token * all.states + n, at = n * channelsAtOnce;
    float write = all.writes[number], read = all.reads[number];
    const float* rates = all.rates + at;
    float *ofState = slopes.state + at, *__restrict ofRates = slopes.rates + at;
    float ofWrite[lanes] = {}, ofRead[lanes] = {};
    for (size_t first = 0; first < channelsAtOnce; first += lanes)
      for (size_t lane = 0; lane < lanes; lane++) {
        size_t c = first + lane;
        float slope = ofState[c] + ofY[c] * read;
        ofRead[lane] += ofY[c] * after[at + c];
        ofWrite[lane] += slope * entering[c];
        written[c] += slope * write;
        float back = slope * decays[at + c], faded = back * before[at + c];
        decayed[c] += faded * rates[c];
        ofRates[c] += faded * steps[c];
        ofState[c] = back;
      }
    slopes.writes[number] += total(ofWrite);
    slopes.reads[number] += total(ofRead);
  }
  for (size_t c = 0; c < channelsAtOnce; c++) {
    slopes.x[row + c] = written[c] * steps[c];
    slopes.steps[row + c] = written[c] * x[c] + decayed[c];
  }
}

FT_VECTORISED void slopesOfTokens(const ScanTokens& tokens, const ScanTrace& trace, const ScanSlopes& slopes) {
  size_t size = tokens.stateSize();
  for (size_t token = tokens.count; token-- > 0;) {
    slopesOfToken(tokens, token, trace.before(tokens, token), trace.states + (token + 1) * size,
                  trace.decays + token * size, slopes);
    if (tokens.begins[token]) std::fill_n(slopes.state, size, 0.0f);
  }
}

}  // namespace ft::kernels
