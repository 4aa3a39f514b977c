// SPDX-License-Identifier: Apache-2.0
// The version of the library: these three numbers are its only place.
#ifndef INLONG_VERSION_HPP
#define INLONG_VERSION_HPP

#define INLONG_VERSION_MAJOR 0
#define INLONG_VERSION_MINOR 1
#define INLONG_VERSION_PATCH 0

#endif
