#pragma once

#include <rapidcheck.h>

#include <optional>
#include <utility>
#include <vector>

#include "events/fold/stream_fold.hpp"
#include "tests/support/specification.hpp"

// What random histories are made of.
namespace taskstream::specification {

template <class Value>
rc::Gen<Value> one_of(std::vector<Value> values) {
  return rc::gen::elementOf(std::move(values));
}

template <class Value>
rc::Gen<std::optional<Value>> maybe(rc::Gen<Value> value) {
  return rc::gen::oneOf(rc::gen::just(std::optional<Value>()),
                        rc::gen::map(std::move(value), [](Value v) { return std::optional<Value>(std::move(v)); }));
}

// A stream as the log can hold it, from its creation on.
template <class State>
class History {
 public:
  History(events::StreamId stream_id, const events::Event& creation) : stream_id_(std::move(stream_id)) {
    append(creation);
  }

  void append(const events::Event& event) {
    // Through bytes, as every reader meets it.
    const events::Record record =
        events::to_record(examples::recorded(event, stream_.version.next().value, stream_id_));
    const auto envelope = events::read_envelope(record, events::partition_of(*record.key, 12), 12);
    RC_ASSERT(envelope.has_value());
    const events::Applied applied = events::apply(stream_, *envelope, record);
    RC_ASSERT(applied.event.has_value());
    const bool is_the_same = applied.event->event == event;
    RC_ASSERT(is_the_same);
  }

  const State& state() const { return std::get<State>(stream_.state); }

 private:
  events::StreamId stream_id_;
  events::Stream stream_;
};

}  // namespace taskstream::specification
