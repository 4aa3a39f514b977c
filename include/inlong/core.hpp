// SPDX-License-Identifier: Apache-2.0
// Everything but a transport: for those who bring their own.
#ifndef INLONG_CORE_HPP
#define INLONG_CORE_HPP

#include <inlong/async_options.hpp>
#include <inlong/async_reporter.hpp>
#include <inlong/config.hpp>
#include <inlong/counters.hpp>
#include <inlong/delivery/check.hpp>
#include <inlong/delivery/deliveries.hpp>
#include <inlong/delivery/verdict.hpp>
#include <inlong/endpoint/endpoint.hpp>
#include <inlong/endpoint/endpoint_list.hpp>
#include <inlong/error.hpp>
#include <inlong/fwd.hpp>
#include <inlong/options.hpp>
#include <inlong/outcome.hpp>
#include <inlong/record.hpp>
#include <inlong/reporter.hpp>
#include <inlong/server_code.hpp>
#include <inlong/stream_handle.hpp>
#include <inlong/text.hpp>
#include <inlong/transport/exchange.hpp>
#include <inlong/transport/transport.hpp>
#include <inlong/version.hpp>
#include <inlong/wire/reply.hpp>

#endif
