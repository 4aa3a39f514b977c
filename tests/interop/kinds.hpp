// SPDX-License-Identifier: Apache-2.0
// The kinds of reporter that the interop tests are run with. Another one is another class with the
// members of `blocking`, and its name in this list.
#ifndef INLONG_TESTS_INTEROP_KINDS_HPP
#define INLONG_TESTS_INTEROP_KINDS_HPP

#include "blocking.hpp"

#if __has_include(<inlong/async_reporter.hpp>)
#include "queued.hpp"
#define INTEROP_KINDS interop::blocking, interop::queued
#else
#define INTEROP_KINDS interop::blocking
#endif

#endif
