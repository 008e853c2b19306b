#include "projection-service/readmodel/word_cutter.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace taskstream::projection {
namespace {

// As in schema.sql: what is asked for must be cut as what is stored.
constexpr const char* kTokenizer = "unicode61";
constexpr std::array<const char*, 2> kArguments = {"remove_diacritics", "2"};

fts5_api& api_of(SQLite::Database& database) {
  fts5_api* api = nullptr;
  sqlite3_stmt* select = nullptr;
  if (sqlite3_prepare_v2(database.getHandle(), "SELECT fts5(?)", -1, &select, nullptr) == SQLITE_OK) {
    sqlite3_bind_pointer(select, 1, static_cast<void*>(&api), "fts5_api_ptr", nullptr);
    sqlite3_step(select);
  }
  sqlite3_finalize(select);
  if (api == nullptr) throw std::runtime_error("this SQLite has no full text search (FTS5)");
  return *api;
}

int collect(void* words, int, const char* token, int bytes, int, int) {
  static_cast<std::vector<std::string>*>(words)->emplace_back(token, static_cast<std::size_t>(bytes));
  return SQLITE_OK;
}

}  // namespace

class WordCutter::Tokenizer {
 public:
  Tokenizer() : database_(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_NOMUTEX) {
    fts5_api& api = api_of(database_);
    void* context = nullptr;
    auto arguments = kArguments;
    if (api.xFindTokenizer(&api, kTokenizer, &context, &functions_) != SQLITE_OK ||
        functions_.xCreate(context, arguments.data(), static_cast<int>(arguments.size()), &tokenizer_) != SQLITE_OK) {
      throw std::runtime_error("this SQLite has no tokenizer unicode61");
    }
  }
  ~Tokenizer() { functions_.xDelete(tokenizer_); }
  Tokenizer(const Tokenizer&) = delete;
  Tokenizer& operator=(const Tokenizer&) = delete;

  std::vector<std::string> tokens(std::string_view text) {
    std::vector<std::string> tokens;
    const int status = functions_.xTokenize(tokenizer_, &tokens, FTS5_TOKENIZE_QUERY, text.data(),
                                            static_cast<int>(text.size()), collect);
    if (status != SQLITE_OK) throw std::runtime_error("a text could not be cut into words");
    return tokens;
  }

 private:
  SQLite::Database database_;  // owns what the tokenizer is made of
  fts5_tokenizer functions_{};
  Fts5Tokenizer* tokenizer_ = nullptr;
};

WordCutter::WordCutter() : tokenizer_(std::make_unique<Tokenizer>()) {}
WordCutter::~WordCutter() = default;

std::vector<std::string> WordCutter::cut(std::string_view text) {
  std::vector<std::string> words = tokenizer_->tokens(text);
  std::ranges::sort(words);
  // A word that begins another one stands right before one that it begins.
  std::vector<std::string> needed;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i + 1 == words.size() || !words[i + 1].starts_with(words[i])) needed.push_back(words[i]);
  }
  return needed;
}

std::string match_expression(const std::vector<std::string>& words) {
  std::string expression;
  for (const std::string& word : words) {
    expression += expression.empty() ? "\"" : " \"";
    for (const char c : word) expression += c == '"' ? std::string("\"\"") : std::string(1, c);
    expression += "\"*";
  }
  return expression;
}

}  // namespace taskstream::projection
