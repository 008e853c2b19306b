#include "projection-service/http/page_files.hpp"

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>

#include "http/conditional.hpp"

namespace taskstream::projection {
namespace {

// FNV-1a. Tells one text from the next release's; nobody gains by making two collide.
std::string etag_of(std::string_view text) {
  std::uint64_t sum = 14'695'981'039'346'656'037U;
  for (const char byte : text) sum = (sum ^ static_cast<unsigned char>(byte)) * 1'099'511'628'211U;
  return '"' + std::to_string(sum) + '"';
}

// None where it is a path: the page's own origin.
std::string origin_of(const std::string& url) {
  const auto scheme = url.find("://");
  return scheme == std::string::npos ? "" : url.substr(0, url.find('/', scheme + 3));
}

// A path in it would stand for that one page, so origins alone are named.
std::string policy(const std::string& command_url) {
  const auto origin = origin_of(command_url);
  return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'" +
         (origin.empty() ? "" : ' ' + origin) +
         "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";
}

// What is the same in each answer.
struct Page {
  http::Response whole;
  http::Response not_modified;
  std::string etag;
};

Page page_of(const PageFile& file, const std::string& command_url) {
  Page page{.whole = {.status = http::Status::ok, .fields = {}, .body = file.text},
            .not_modified = {.status = http::Status::not_modified, .fields = {}, .body = {}},
            .etag = etag_of(file.text)};
  for (http::Response* response : {&page.whole, &page.not_modified}) {
    response->set(http::Field::etag, page.etag)
        .set(http::Field::cache_control, "no-cache")
        .set("Content-Security-Policy", policy(command_url))
        .set("X-Content-Type-Options", "nosniff")
        .set("Referrer-Policy", "no-referrer")
        .set("Cross-Origin-Opener-Policy", "same-origin");
  }
  page.whole.set(http::Field::content_type, file.media_type);
  return page;
}

boost::asio::awaitable<http::Outcome> answer(std::shared_ptr<const Page> page, http::Request request) {
  co_return http::is_not_modified(request, page->etag) ? page->not_modified : page->whole;
}

}  // namespace

std::vector<http::Route> page_routes(const std::vector<PageFile>& files, const std::string& command_url) {
  std::vector<PageFile> all = files;
  all.push_back({.path = "/config.json",
                 .media_type = "application/json",
                 .text = nlohmann::json{{"commandUrl", command_url}}.dump()});
  std::vector<http::Route> routes;
  for (const PageFile& file : all) {
    routes.push_back({.verb = http::Verb::get,
                      .pattern = file.path,
                      .handler = [page = std::make_shared<const Page>(page_of(file, command_url))](
                                     http::Request request) { return answer(page, std::move(request)); },
                      .access = http::Access::Public});
  }
  return routes;
}

}  // namespace taskstream::projection
