// One row of the op table: a name and a C++ function; the conversion both ways follows from its signature.
// A first parameter `Environment&` is passed along and does not count as a JavaScript argument.
#pragma once

#include <tuple>
#include <utility>
#include <vector>

#include "core/convert.h"
#include "core/environment.h"
#include "core/spelled.h"

namespace ft {

struct Row {
  using Erased = void (*)();

  const char* name;
  size_t arity;
  /** The signature in TypeScript. */
  std::string (*spelled)();
  Erased function;
  napi_value (*invoke)(const Call&, Erased);
  std::string (*describe)(const Call&);
};

using OpTable = std::vector<Row>;

/** Puts every row into `exports` as a function with its `length` and, in TypeScript, its `signature`. */
void exportTable(napi_env env, napi_value exports, const OpTable& table);

namespace detail {

template <class Result, class... Arguments>
struct Plain {
  static constexpr size_t arity = sizeof...(Arguments);

  static std::tuple<std::decay_t<Arguments>...> convert(const Call& call) {
    return convert(call, std::index_sequence_for<Arguments...>());
  }

  static std::string describe(const Call& call) {
    return describe(call, std::index_sequence_for<Arguments...>());
  }

  static std::string signature() {
    std::string text;
    ((text += (text.empty() ? "_: " : ", _: ") + spelled<Arguments>()), ...);
    return "(" + text + ") => " + spelled<Result>();
  }

  template <class Function>
  static napi_value finish(const Call& call, Function function) {
    auto values = convert(call);
    if constexpr (std::is_void_v<Result>) {
      std::apply(function, values);
      return nullptr;
    } else {
      return toValue(call.environment, std::apply(function, values));
    }
  }

 private:
  // Braces fix the order: the first bad argument is the one that is named.
  template <size_t... Index>
  static std::tuple<std::decay_t<Arguments>...> convert(const Call& call, std::index_sequence<Index...>) {
    return std::tuple<std::decay_t<Arguments>...>{From<std::decay_t<Arguments>>::get(call, Index)...};
  }

  template <size_t... Index>
  static std::string describe(const Call& call, std::index_sequence<Index...>) {
    std::string text;
    ((text += (Index ? ", " : "") + describeArgument<std::decay_t<Arguments>>(call, Index)), ...);
    return text;
  }
};

template <class Function>
struct Signature;

template <class Result, class... Arguments>
struct Signature<Result (*)(Arguments...)> : Plain<Result, Arguments...> {
  static napi_value invoke(const Call& call, Row::Erased erased) {
    return Plain<Result, Arguments...>::finish(call, reinterpret_cast<Result (*)(Arguments...)>(erased));
  }
};

template <class Result, class... Arguments>
struct Signature<Result (*)(Environment&, Arguments...)> : Plain<Result, Arguments...> {
  static napi_value invoke(const Call& call, Row::Erased erased) {
    auto function = reinterpret_cast<Result (*)(Environment&, Arguments...)>(erased);
    return Plain<Result, Arguments...>::finish(
        call, [&](const auto&... values) { return function(call.environment, values...); });
  }
};

}  // namespace detail

template <class Lambda>
Row row(const char* name, Lambda lambda) {
  // As a plain function pointer, all ops of one signature share one conversion: the addon compiles in seconds.
  auto function = +lambda;
  using Typed = detail::Signature<decltype(function)>;
  return {name, Typed::arity, Typed::signature, reinterpret_cast<Row::Erased>(function), Typed::invoke, Typed::describe};
}

}  // namespace ft
