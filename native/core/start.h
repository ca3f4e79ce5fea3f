// What an addon does when Node loads it: the same for each, whichever library it computes with.
#pragma once

#include <initializer_list>

#include <napi.h>

#include "core/row.h"

namespace ft {

/** `prepare()`, then an environment for `env`, then every row of the tables in `exports`. Throws errors of JavaScript. */
Napi::Object start(Napi::Env env, Napi::Object exports, void (*prepare)(),
                   std::initializer_list<const OpTable& (*)()> tables);

}  // namespace ft
