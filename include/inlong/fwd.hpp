// SPDX-License-Identifier: Apache-2.0
// Declares every public type, for headers that only name them.
#ifndef INLONG_FWD_HPP
#define INLONG_FWD_HPP

#include <inlong/config.hpp>

INLONG_NAMESPACE_BEGIN

class text;
class time_point;
struct destination;
struct record;
enum class submit_status;

class endpoint;
class endpoint_list;
struct header;
struct options;
struct async_options;
enum class form;

enum class certainty;
enum class errc;
struct outcome;
class delivery;
class deliveries;
struct undelivered;
struct close_result;
class stream_handle;

enum class endpoint_state;
struct endpoint_statistics;
struct statistics;

enum class action;
enum class standing;
struct verdict;
struct classifier;

enum class transmission;
struct exchange;
struct request;

class httplib_transport;
template <class Transport>
class basic_reporter;
template <class Transport>
class basic_async_reporter;

/// The blocking reporter over cpp-httplib. Complete with <inlong/report.hpp>.
using reporter = basic_reporter<httplib_transport>;
/// The asynchronous one.
using async_reporter = basic_async_reporter<httplib_transport>;

INLONG_NAMESPACE_END

#endif
