// Plain structs that cross the seam as objects: each says its members and their names in JavaScript once, in fields().
// No conversion here: convert.h has it, both ways.
#pragma once

#include <tuple>

namespace ft {

template <class Owner, class Member>
struct Field {
  const char* name;
  Member Owner::* member;
};

template <class T>
concept WithFields = requires { T::fields(); };

/** Calls visit(field) for each member of T. */
template <WithFields T, class Visit>
void eachField(Visit visit) {
  std::apply([&](const auto&... field) { (visit(field), ...); }, T::fields());
}

}  // namespace ft
