// SPDX-License-Identifier: Apache-2.0
// A text can't be made from a null pointer.
// expect: deleted
#include <inlong/text.hpp>

#ifdef EXPECT_FAILURE
const inlong::text made(nullptr);
#else
const inlong::text made("a");
#endif
