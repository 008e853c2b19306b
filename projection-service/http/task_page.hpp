#pragma once

#include "projection-service/http/parameters.hpp"
#include "projection-service/http/reader.hpp"

namespace taskstream::projection {

// `{items, nextCursor?, total?}` with a link to the next page. `cursor` is that of the page's `next`, if there is one.
http::Response page_response(const http::Request& request, const ListPage& page, const std::string& cursor);

// The answer to a list of tasks, or why there is none.
http::Outcome task_page(Reader& reader, const http::Request& request, ListParameters parameters,
                        const Reader::Fresh& fresh);

}  // namespace taskstream::projection
