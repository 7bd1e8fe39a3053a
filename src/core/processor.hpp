// SPDX-License-Identifier: Apache-2.0
// What the processor can do beyond the common ground of x86-64. TAKT_NO_AVX2 builds as if it could not, for tests.
#pragma once

namespace takt::detail {

inline bool has_avx2() {
#if defined(__x86_64__) && !defined(TAKT_NO_AVX2)
  return __builtin_cpu_supports("avx2") != 0;
#else
  return false;
#endif
}

}  // namespace takt::detail
