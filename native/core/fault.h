// Errors that leave the addon with a code JavaScript can test for.
// Not the place where they are turned into JavaScript errors: row.cc does that, for every op alike.
#pragma once

#include <stdexcept>
#include <string>

namespace ft {

struct Fault : std::runtime_error {
  Fault(const char* code, const std::string& message) : std::runtime_error(message), code(code) {}
  const char* code;
};

namespace codes {
inline constexpr const char* operation = "FT-NATIVE-OP";
inline constexpr const char* handle = "FT-NATIVE-HANDLE";
inline constexpr const char* argument = "FT-NATIVE-ARGUMENT";
inline constexpr const char* scope = "FT-NATIVE-SCOPE";
inline constexpr const char* environment = "FT-NATIVE-ENVIRONMENT";
inline constexpr const char* memory = "FT-NATIVE-MEMORY";
}  // namespace codes

inline Fault argumentFault(const std::string& message) { return Fault(codes::argument, message); }

inline void require(bool condition, const std::string& message) {
  if (!condition) throw argumentFault(message);
}

}  // namespace ft
