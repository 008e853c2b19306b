#include "projection-service/readmodel/headers_blob.hpp"

#include <cstdint>
#include <stdexcept>

namespace taskstream::projection {
namespace {

constexpr std::size_t kLengthBytes = 4;

void put(std::string& blob, std::string_view bytes) {
  for (std::size_t i = 0; i < kLengthBytes; ++i) blob.push_back(static_cast<char>((bytes.size() >> (8 * i)) & 0xff));
  blob += bytes;
}

std::string take(std::string_view& blob) {
  if (blob.size() < kLengthBytes) throw std::runtime_error("the headers of a parked record are cut short");
  std::size_t length = 0;
  for (std::size_t i = 0; i < kLengthBytes; ++i) length |= std::size_t{static_cast<std::uint8_t>(blob[i])} << (8 * i);
  blob.remove_prefix(kLengthBytes);
  if (blob.size() < length) throw std::runtime_error("the headers of a parked record are cut short");
  const std::string bytes(blob.substr(0, length));
  blob.remove_prefix(length);
  return bytes;
}

}  // namespace

std::string to_blob(const std::vector<events::Header>& headers) {
  std::string blob;
  for (const events::Header& header : headers) {
    put(blob, header.name);
    put(blob, header.value);
  }
  return blob;
}

std::vector<events::Header> read_headers_blob(std::string_view blob) {
  std::vector<events::Header> headers;
  while (!blob.empty()) {
    std::string name = take(blob);
    headers.push_back({.name = std::move(name), .value = take(blob)});
  }
  return headers;
}

}  // namespace taskstream::projection
