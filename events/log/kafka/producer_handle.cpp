#include "events/log/kafka/producer_handle.hpp"

#include <spdlog/spdlog.h>

#include <array>
#include <utility>

#include "events/log/kafka/message.hpp"

namespace taskstream::events::kafka {
namespace {

constexpr int kPollMs = 100;
constexpr std::chrono::milliseconds kFarewell{1'500};
// librdkafka looks for messages past their deadline once a second.
constexpr std::chrono::milliseconds kTimeoutScan{2'000};

using Headers = std::unique_ptr<rd_kafka_headers_t, decltype(&rd_kafka_headers_destroy)>;

Headers to_headers(const Record& record) {
  Headers headers(rd_kafka_headers_new(record.headers.size()), rd_kafka_headers_destroy);
  for (const Header& header : record.headers) {
    rd_kafka_header_add(headers.get(), header.name.data(), static_cast<ssize_t>(header.name.size()),
                        header.value.data(), static_cast<ssize_t>(header.value.size()));
  }
  return headers;
}

// The message's status decides, not its error code: several codes mean either, and a caller may be told "nothing
// happened" only when that is certain.
AppendOutcome outcome_of(const rd_kafka_message_t& message) {
  using Status = AppendOutcome::Status;
  switch (rd_kafka_message_status(&message)) {
    case RD_KAFKA_MSG_STATUS_PERSISTED: {
      AppendOutcome outcome{.status = Status::Appended, .position = {}, .log_time = append_time(message), .reason = {}};
      // A retry that the broker knew already is acknowledged without its offset.
      if (message.offset >= 0) outcome.position = {.partition = message.partition, .offset = message.offset};
      return outcome;
    }
    case RD_KAFKA_MSG_STATUS_NOT_PERSISTED:
      return {.status = Status::NotAppended, .position = {}, .log_time = {}, .reason = rd_kafka_err2str(message.err)};
    case RD_KAFKA_MSG_STATUS_POSSIBLY_PERSISTED:
      break;
  }
  return {.status = Status::Unknown, .position = {}, .log_time = {}, .reason = rd_kafka_err2str(message.err)};
}

}  // namespace

ProducerHandle::ProducerHandle(const Cluster& cluster, std::chrono::milliseconds message_timeout,
                               Reachability& reachability, std::function<void()> on_dead)
    : message_timeout_(message_timeout), reachability_(reachability), on_dead_(std::move(on_dead)) {
  const Settings fixed = {
      {"enable.idempotence", "true"}, {"acks", "all"}, {"message.timeout.ms", std::to_string(message_timeout.count())}};
  client_ = Client::producer(
      cluster, fixed,
      [this](rd_kafka_resp_err_t code, const std::string& reason) {
        reachability_.suspect(code);
        if (code != RD_KAFKA_RESP_ERR__FATAL) return;
        spdlog::warn("A Kafka producer is dead and is replaced: {}", reason);
        dead_ = true;
      },
      [this](const rd_kafka_message_t& message) { settle(message); }, "producer");
  thread_ = std::thread([this] { run(); });
}

ProducerHandle::~ProducerHandle() {
  end_by(Clock::now() + kFarewell);
  thread_.join();
}

void ProducerHandle::retire() {
  end_by(Clock::now() + message_timeout_ + kTimeoutScan);
}

void ProducerHandle::end_by(Clock::time_point deadline) {
  end_by_ = deadline.time_since_epoch().count();
  ending_ = true;
}

std::optional<std::string> ProducerHandle::produce(Partition partition, const Record& record,
                                                   EventLog::AppendDone& done) {
  Headers headers = to_headers(record);
  Ticket ticket = 0;
  {
    const std::lock_guard lock(mutex_);
    ticket = ++last_ticket_;
    under_way_.emplace(ticket, std::move(done));
  }
  std::array<rd_kafka_vu_t, 7> message{};
  std::size_t count = 0;
  const auto next = [&](rd_kafka_vtype_t type) -> auto& {
    message[count].vtype = type;
    return message[count++].u;
  };
  next(RD_KAFKA_VTYPE_RKT).rkt = client_->topic();
  next(RD_KAFKA_VTYPE_PARTITION).i32 = partition;
  next(RD_KAFKA_VTYPE_MSGFLAGS).i = RD_KAFKA_MSG_F_COPY;
  next(RD_KAFKA_VTYPE_VALUE).mem = {const_cast<char*>(record.value.data()), record.value.size()};
  if (record.key) next(RD_KAFKA_VTYPE_KEY).mem = {const_cast<char*>(record.key->data()), record.key->size()};
  next(RD_KAFKA_VTYPE_HEADERS).headers = headers.get();
  next(RD_KAFKA_VTYPE_OPAQUE).ptr = reinterpret_cast<void*>(ticket);

  const std::unique_ptr<rd_kafka_error_t, decltype(&rd_kafka_error_destroy)> refused(
      rd_kafka_produceva(client_->get(), message.data(), count), rd_kafka_error_destroy);
  if (!refused) {
    static_cast<void>(headers.release());  // now the message's
    return std::nullopt;
  }
  done = take(ticket);
  if (rd_kafka_error_code(refused.get()) == RD_KAFKA_RESP_ERR__FATAL) dead_ = true;
  return rd_kafka_error_string(refused.get());
}

void ProducerHandle::run() {
  while (!ending_) {
    rd_kafka_poll(client_->get(), kPollMs);
    if (dead_ && !ending_) on_dead_();
  }
  // The deadline is read each time: a retired handle may be destroyed before its time.
  while (under_way() > 0 && Clock::now().time_since_epoch().count() < end_by_) rd_kafka_poll(client_->get(), 20);
  give_up_on_the_rest();
  client_.reset();
  finished_ = true;
}

void ProducerHandle::settle(const rd_kafka_message_t& message) {
  const EventLog::AppendDone done = take(reinterpret_cast<Ticket>(message._private));
  AppendOutcome outcome = outcome_of(message);
  if (outcome.status == AppendOutcome::Status::Appended) {
    reachability_.confirm();
  } else {
    reachability_.suspect();
  }
  done(std::move(outcome));
}

void ProducerHandle::give_up_on_the_rest() {
  std::unordered_map<Ticket, EventLog::AppendDone> rest;
  {
    const std::lock_guard lock(mutex_);
    rest.swap(under_way_);
  }
  for (const auto& [ticket, done] : rest) {
    done({.status = AppendOutcome::Status::Unknown,
          .position = {},
          .log_time = {},
          .reason = "the log was closed, or its Kafka producer died, before the cluster answered"});
  }
}

std::size_t ProducerHandle::under_way() const {
  const std::lock_guard lock(mutex_);
  return under_way_.size();
}

EventLog::AppendDone ProducerHandle::take(Ticket ticket) {
  const std::lock_guard lock(mutex_);
  return std::move(under_way_.extract(ticket).mapped());
}

}  // namespace taskstream::events::kafka
