// Between arrays and tensors of libtorch: how a type is stored, where new tensors go, and what types results have.
// No operation is here.
#pragma once

#include <ATen/ATen.h>

#include <vector>

#include "mlx/ops.h"

namespace ft::torch {

namespace mx = mlx::core;
using mx::array;
using mx::Dtype;

/**
 * The type of a tensor that holds `dtype`. libtorch computes with few unsigned types, so that these lie in the next
 * wider signed one (64 bits in as many) and are cut when they leave.
 */
at::ScalarType stored(Dtype dtype);
/** The type in memory outside: of as many bytes as `dtype` has. */
at::ScalarType outside(Dtype dtype);

/** The device of new tensors, one for the whole process. */
at::Device device();
void setDevice(at::Device device);

/** `a` as numbers of `dtype`, without a copy where it is that already. */
at::Tensor as(const array& a, Dtype dtype);
/** A result of libtorch as an array; in the storage of `dtype`, whatever it came as. */
array made(const at::Tensor& tensor, Dtype dtype);

/** A tensor as it lies in memory outside, a file or a typed array, as an array on the device. */
array fromOutside(const at::Tensor& raw, Dtype dtype);
/** On the CPU, contiguous, in the type that memory outside has. */
at::Tensor toOutside(const array& a);

Dtype promoted(Dtype a, Dtype b);
/** `dtype` where it has fractions, else float32. */
Dtype fractional(Dtype dtype);
bool isFraction(Dtype dtype);

std::vector<int64_t> sizesOf(const mx::Shape& shape);
/** Counted from the start; refuses one that is not there. */
int64_t axisOf(const array& a, int axis);

}  // namespace ft::torch
