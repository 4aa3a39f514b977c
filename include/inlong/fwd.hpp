// SPDX-License-Identifier: Apache-2.0
// Declares every public type, for headers that only name them.
#ifndef INLONG_FWD_HPP
#define INLONG_FWD_HPP

#include <inlong/config.hpp>

INLONG_NAMESPACE_BEGIN

class text;
class time_point;
struct destination;

class endpoint;
class endpoint_list;
struct header;
struct options;
enum class form;

enum class certainty;
enum class errc;
struct outcome;

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

/// The blocking reporter over cpp-httplib. Complete with <inlong/report.hpp>.
using reporter = basic_reporter<httplib_transport>;

INLONG_NAMESPACE_END

#endif
