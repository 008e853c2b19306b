#include "projection-service/projection/bulk_load.hpp"

#include <spdlog/spdlog.h>

#include <memory>
#include <string>

#include "events/log/end_of_all.hpp"
#include "projection-service/projection/handover.hpp"

namespace taskstream::projection {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kLookAgain{100};
constexpr std::chrono::seconds kEndDeadline{5};
constexpr std::chrono::seconds kTellEvery{5};
constexpr events::Offset kNearEnoughRecords = 20'000;
constexpr std::size_t kBatchRecords = 2'000'000;  // memory ends a transaction long before
constexpr std::size_t kBatchBytes = std::size_t{1} << 40;

events::Offset sum_of(const events::PositionVector& positions) {
  events::Offset sum = 0;
  for (events::Partition p = 0; p < positions.size(); ++p) sum += positions.next(p);
  return sum;
}

// Nobody reads what is being built, so only trouble is of interest.
class Troubles final : public ProjectorListener {
 public:
  void on_committed(Committed) override {}
  void on_write_failed(std::string reason, bool) override { throw BulkLoadFailed(reason); }
  void on_log_damaged(std::string message) override { throw BulkLoadFailed(message); }
};

class Loading {
 public:
  Loading(ModelFile& file, events::EventLog& log, const events::LogIdentity& identity, const RebuildMemory& memory,
          RebuildDesk& desk)
      : log_(log),
        desk_(desk),
        handover_(memory.handover_bytes()),
        writer_(file, identity.log_id),
        projector_(writer_, identity.partitions, troubles_,
                   {.batch_records = kBatchRecords,
                    .batch_bytes = kBatchBytes,
                    .cache_bytes = memory.streams_bytes(),
                    .live_lag_records = 0,
                    .digests = &digests_}) {}

  void run(const std::atomic<bool>& stop) {
    expect(end_now());
    const Following following(*this);
    while (!reached_end()) {
      if (stop) throw BulkLoadFailed("the process is asked to end");
      if (auto delivery = handover_.take(kLookAgain)) {
        std::visit([this](auto& what) { take(what); }, *delivery);
        tell();
      }
    }
    projector_.commit_if_idle(std::chrono::milliseconds(0));
  }

  const ModelDigests& digests() const { return digests_; }

 private:
  // The log's thread must not wait for us once nobody takes what it hands over.
  struct Following {
    explicit Following(Loading& of) : loading(of), subscription(of.log_.follow({}, of.handover_)) {}
    ~Following() { loading.handover_.close(); }
    Loading& loading;
    std::unique_ptr<events::Subscription> subscription;
  };

  events::PositionVector end_now() {
    try {
      return events::end_of_all(log_, Clock::now() + kEndDeadline);
    } catch (const std::runtime_error& e) {
      throw BulkLoadFailed(e.what());
    }
  }

  void expect(events::PositionVector end) {
    projector_.expect_end(end);
    end_ = std::move(end);
  }

  bool reached_end() {
    if (!seen_.covers(end_)) return false;
    // It may have grown by much meanwhile; what is read here is read fastest.
    expect(end_now());
    return sum_of(end_) - sum_of(seen_) < kNearEnoughRecords;
  }

  void take(Handover::Records& records) {
    for (const events::LogRecord& record : records) {
      seen_.advance(record.position.partition, record.position.offset + 1);
    }
    projector_.on_records(std::move(records));
  }
  void take(events::Position end) {
    seen_.advance(end.partition, end.offset);
    projector_.on_partition_end(end);
  }
  void take(const Handover::Damage& damage) { throw BulkLoadFailed(damage.message); }

  void tell() {
    desk_.report(sum_of(seen_), sum_of(end_));
    if (Clock::now() - told_ < kTellEvery) return;
    told_ = Clock::now();
    spdlog::info("rebuilding the read model: {} of {} records", sum_of(seen_), sum_of(end_));
  }

  events::EventLog& log_;
  RebuildDesk& desk_;
  Troubles troubles_;
  ModelDigests digests_;
  Handover handover_;
  Writer writer_;
  Projector projector_;
  events::PositionVector seen_;
  events::PositionVector end_;
  Clock::time_point told_ = Clock::now();
};

}  // namespace

void bulk_load(ModelFile& file, events::EventLog& log, const events::LogIdentity& identity, const RebuildMemory& memory,
               RebuildDesk& desk, const std::atomic<bool>& stop) {
  ModelDigests written;
  {
    Loading loading(file, log, identity, memory, desk);
    loading.run(stop);
    written = loading.digests();
  }
  spdlog::info("rebuilding the read model: making indexes of {} history items", written.history.rows());
  file.make_indexes();
  verify_rows(file, written);
  file.seal();
}

void verify_rows(ModelFile& file, const ModelDigests& written) {
  const ModelDigests found = read_digests(file.writer());
  const auto compare = [](const char* what, const RowDigest& should, const RowDigest& is) {
    if (should == is) return;
    throw BulkLoadFailed("the rebuilt read model does not hold what was written to it: of " + std::string(what) + ", " +
                         std::to_string(should.rows()) + " rows should be there, " + std::to_string(is.rows()) +
                         (should.rows() == is.rows() ? " are, but not the same" : " are"));
  };
  compare("streams and tasks", written.streams, found.streams);
  compare("tags", written.tags, found.tags);
  compare("lost sights", written.sights, found.sights);
  compare("history", written.history, found.history);
  compare("parked records", written.parked, found.parked);
}

}  // namespace taskstream::projection
