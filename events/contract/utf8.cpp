#include "events/contract/utf8.hpp"

#include <boost/locale/utf.hpp>
#include <iterator>

namespace taskstream::events {

std::string with_valid_utf8(std::string text) {
  using Traits = boost::locale::utf::utf_traits<char>;
  constexpr boost::locale::utf::code_point kReplacement = 0xFFFD;
  std::string valid;
  bool changed = false;
  for (auto at = text.cbegin(); at != text.cend();) {
    boost::locale::utf::code_point point = Traits::decode(at, text.cend());
    if (point == boost::locale::utf::illegal || point == boost::locale::utf::incomplete) {
      point = kReplacement;
      changed = true;
    }
    Traits::encode(point, std::back_inserter(valid));
  }
  return changed ? valid : text;
}

}  // namespace taskstream::events
