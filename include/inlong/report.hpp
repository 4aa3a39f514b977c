// SPDX-License-Identifier: Apache-2.0
// Everything, with cpp-httplib as the transport: the one include of most users.
#ifndef INLONG_REPORT_HPP
#define INLONG_REPORT_HPP

#include <inlong/core.hpp>
#include <inlong/transport/httplib.hpp>

#endif
