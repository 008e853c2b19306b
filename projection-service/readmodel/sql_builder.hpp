#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "projection-service/readmodel/query_connection.hpp"

namespace taskstream::projection {

// Puts a statement together: text, and the values of its parameters in the order in which the text names them.
class SqlBuilder {
 public:
  template <class... Values>
  SqlBuilder& add(std::string_view text, Values&&... values) {
    sql_.text += text;
    (sql_.values.emplace_back(std::forward<Values>(values)), ...);
    return *this;
  }

  SqlBuilder& add(const BoundSql& part) {
    sql_.text += part.text;
    sql_.values.insert(sql_.values.end(), part.values.begin(), part.values.end());
    return *this;
  }

  // `column = ?`, or `column IN (?, …)`.
  template <class Value, class Bind>
  SqlBuilder& add_one_of(std::string_view column, const std::vector<Value>& values, Bind bind) {
    add(column).add(values.size() == 1 ? " = ?" : " IN (?");
    for (std::size_t i = 1; i < values.size(); ++i) add(", ?");
    if (values.size() != 1) add(")");
    for (const Value& value : values) add("", bind(value));
    return *this;
  }

  BoundSql take() { return std::move(sql_); }

 private:
  BoundSql sql_;
};

}  // namespace taskstream::projection
