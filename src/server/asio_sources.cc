// The parts of Boost.Asio and Beast that are compiled once instead of into every file.
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
