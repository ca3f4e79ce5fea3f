// What each C++ type of a row's signature is in src/mx/binding.ts, in TypeScript's own words: the seam check compares.
// The conversions themselves are convert.h's; a type without a spelling here does not compile into a row.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include "core/convert.h"

namespace ft {

template <class T>
struct Spelled;

template <class T>
std::string spelled() {
  return Spelled<std::decay_t<T>>::text();
}

#define FT_SPELLED(T, TEXT)                    \
  template <>                                  \
  struct Spelled<T> {                          \
    static std::string text() { return TEXT; } \
  };
FT_SPELLED(void, "void")
FT_SPELLED(bool, "boolean")
FT_SPELLED(std::string, "string")
FT_SPELLED(array, "Handle")
FT_SPELLED(Handles, "Handle[]")
FT_SPELLED(mx::Dtype, "Dtype")
FT_SPELLED(mx::Shape, "Shape")
FT_SPELLED(Size, "Shape")
FT_SPELLED(Axes, "Axes")
FT_SPELLED(RopeOffset, "number | Handle[]")
FT_SPELLED(TypedMemory, "Memory")
FT_SPELLED(NewMemory, "Memory")
FT_SPELLED(SharedCallback, "ArrayFunction")
#undef FT_SPELLED

template <class T>
  requires std::is_arithmetic_v<T>
struct Spelled<T> {
  static std::string text() { return "number"; }
};

template <class T>
struct Spelled<std::vector<T>> {
  static std::string text() { return spelled<T>() + "[]"; }
};

template <class T>
struct Spelled<std::optional<T>> {
  static std::string text() { return spelled<T>() + " | null"; }
};

template <class First, class Second>
struct Spelled<std::variant<First, Second>> {
  static std::string text() { return spelled<First>() + " | " + spelled<Second>(); }
};

template <class T>
struct Spelled<std::map<std::string, T>> {
  static std::string text() { return "Record<string, " + spelled<T>() + ">"; }
};

template <WithFields T>
struct Spelled<T> {
  static std::string text() {
    std::string text = "{ ";
    eachField<T>([&]<class Member>(const Field<T, Member>& field) {
      text += std::string(field.name) + ": " + spelled<Member>() + "; ";
    });
    return text + "}";
  }
};

}  // namespace ft
