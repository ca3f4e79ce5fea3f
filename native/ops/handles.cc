// The life of arrays as JavaScript sees it: free, scopes, retain.
// The table behind it is core/slots.
#include "ops/tables.h"

namespace ft::ops {

namespace {

size_t scopeEnd(Environment& environment, const Handles& keep) {
  Slots& slots = environment.slots;
  if (slots.depth() <= slots.floor()) throw Fault(codes::scope, "no scope is open here");
  return slots.closeScope(keep.values);
}

/** Of two handles: the first means the second's array from now on, and the second nothing. */
void replace(Environment& environment, const Handles& pair) {
  require(pair.values.size() == 2, "takes two handles");
  environment.slots.replace(pair.values[0], pair.values[1]);
}

}  // namespace

const OpTable& handles() {
  static const OpTable table = {
      row("liveHandles", [](Environment& environment) { return environment.slots.alive(); }),
      row("free", [](Environment& environment, const Handles& list) { environment.slots.free(list.values); }),
      row("isTraced", [](const array& a) { return a.is_tracer(); }),
      row("scopeBegin", [](Environment& environment) { environment.slots.openScope(); }),
      row("scopeEnd", scopeEnd),
      row("replace", replace),
      row("retain", [](Environment& environment, const Handles& list) { environment.slots.retain(list.values); }),
  };
  return table;
}

}  // namespace ft::ops
