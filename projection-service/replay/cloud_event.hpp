#pragma once

#include <boost/system/result.hpp>
#include <string>
#include <string_view>

#include "events/contract/record.hpp"

// An event as a line of JSON: CloudEvents 1.0, structured mode. Read back it is the same record, byte for byte: its
// key, its headers in their order, its value.
namespace taskstream::replay {

// Each `ce_` header is a member of that name without `ce_`, `content-type` is `datacontenttype`; `data` is the value as
// it lies in the log, or `data_base64` where that is no JSON of one line. A key other than the subject is
// `partitionkey`. A record whose headers could not be told so (one twice, bytes that are no text) carries them all in
// `recordheaders`. For accepted records; of others the key may be shown as it cannot be read back.
std::string to_cloud_event(const events::Record& record);

struct NotACloudEvent {
  std::string reason;
};

boost::system::result<events::Record, NotACloudEvent> read_cloud_event(std::string_view line);

}  // namespace taskstream::replay
