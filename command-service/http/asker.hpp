#pragma once

#include "command-service/domain/access.hpp"
#include "http/principal.hpp"

namespace taskstream::command {

// The principal as the core knows them. Where nobody has to authenticate everybody sees and changes every task; but a
// name that anybody can give opens nobody else's lock.
Asker asker_of(const http::Principal& principal);

}  // namespace taskstream::command
