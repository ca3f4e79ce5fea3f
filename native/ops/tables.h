// The op tables by file; addon.cc exports them all. A new file of ops adds one line here and one there.
#pragma once

#include "core/row.h"

namespace ft::ops {

const OpTable& system();
const OpTable& handles();
const OpTable& data();
const OpTable& elementwise();
const OpTable& reductions();
const OpTable& shapes();
const OpTable& linear();
const OpTable& attentions();
const OpTable& quantized();
const OpTable& random();
const OpTable& transforms();
const OpTable& losses();
const OpTable& composites();
const OpTable& lowRank();
const OpTable& moments();
const OpTable& recurrences();
const OpTable& files();
const OpTable& several();

}  // namespace ft::ops
