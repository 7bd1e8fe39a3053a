// SPDX-License-Identifier: Apache-2.0
// The quicker ways to run a line give what the general event loop gives, to the last bit.
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <vector>

#include "engine/random_line.hpp"
#include "engine/random_plant.hpp"
#include "takt/engine/detail/line_recursion.hpp"
#include "takt/kpi/observer.hpp"

namespace takt {
namespace {

using namespace std::chrono_literals;

using Words = std::vector<std::uint64_t>;

std::int64_t ns(Time t) { return t.time_since_epoch().count(); }

/// Everything told of one event.
Words words_of(const Event& e) {
  return {static_cast<std::uint64_t>(ns(e.time)),
          static_cast<std::uint64_t>(e.kind),
          e.index,
          e.place,
          e.server,
          e.from.index(),
          e.to.index(),
          static_cast<std::uint64_t>(e.change),
          static_cast<std::uint64_t>(e.waiting),
          static_cast<std::uint64_t>(e.part.entered),
          e.part.id,
          e.part.product};
}

template <class T>
Words bytes_of(const std::vector<T>& values) {
  Words words(values.size() * sizeof(T) / 8);
  if (!words.empty()) std::memcpy(words.data(), values.data(), words.size() * 8);
  return words;
}

Words words_of(const Totals& t) {
  Words all{static_cast<std::uint64_t>(ns(t.at)), static_cast<std::uint64_t>(t.wip), static_cast<std::uint64_t>(t.flow),
            static_cast<std::uint64_t>(t.open_flow)};
  const auto add = [&all](const auto& column) {
    const Words words = bytes_of(column);
    all.insert(all.end(), words.begin(), words.end());
  };
  add(t.mode), add(t.level), add(t.held), add(t.crossings), add(t.product_out), add(t.product_flow), add(t.planned);
  add(t.starts), add(t.completions), add(t.breakdowns), add(t.taken), add(t.arrivals), add(t.released), add(t.lost);
  add(t.sinks);
  return all;
}

/// The line of a seed, run to the same instants by one method.
class LineRun {
 public:
  /// `pool`: its components side by side.
  LineRun(std::uint64_t seed, Method method, ThreadPool* pool = nullptr)
      : model_(compile(test::RandomLine(seed).make(), {.part_identity = seed % 3 != 0, .method = method})),
        state_(start(model_, model_.defaults, seed, seed % 4 == 0 ? mirrored(5) : 0)),
        kpis_(model_, state_),
        watched_(state_),
        pool_(pool) {}

  bool is_a_line() const {
    return std::ranges::all_of(model_.components, [](const ComponentSpec& c) { return c.line; });
  }
  void go_on(Time until) {
    advance(model_, model_.defaults, watched_, until, [this](const Event& e) {
      for (const std::uint64_t word : words_of(e)) told_ = mix64(told_ ^ word);
    });
    if (pool_ != nullptr)
      advance(model_, model_.defaults, state_, until, kpis_, *pool_);
    else
      advance(model_, model_.defaults, state_, until, kpis_);
  }
  /// A few events only.
  void stop_early(Time until, std::uint64_t events) { advance(model_, model_.defaults, state_, until, kpis_, events); }
  /// Its futures are its own; do not call it after stop_early, which ends earlier in some ways than in others.
  void become_a_future(std::uint32_t replication) {
    state_ = fork(model_, model_.defaults, state_, replication);
    watched_ = fork(model_, model_.defaults, watched_, replication);
  }

  const Model& model() const { return model_; }
  const State& state() const { return state_; }
  const State& watched() const { return watched_; }
  std::uint64_t told() const { return told_; }
  Totals totals() const { return kpis_.totals(model_, state_); }
  std::vector<Fault> faults() const { return check_invariants(model_, state_); }

 private:
  Model model_;
  State state_;
  KpiObserver kpis_;
  State watched_;
  ThreadPool* pool_;
  std::uint64_t told_ = 0;
};

void expect_same(const LineRun& quick, const LineRun& general) {
  EXPECT_TRUE(equal(general.model(), quick.state(), general.state()));
  EXPECT_TRUE(equal(general.model(), quick.watched(), general.watched()));
  EXPECT_EQ(quick.told(), general.told());
  EXPECT_EQ(words_of(quick.totals()), words_of(general.totals()));
  EXPECT_TRUE(quick.faults().empty());
}

std::uint64_t lines_to_try() {
  const char* wanted = std::getenv("TAKT_RANDOM_LINES");
  return wanted != nullptr ? std::strtoull(wanted, nullptr, 10) : 300;
}

TEST(Methods, AgreeOnRandomLines) {
  ThreadPool pool(3);
  for (std::uint64_t seed = 1; seed <= lines_to_try(); ++seed) {
    std::vector<LineRun> runs;
    runs.reserve(4);
    for (const Method method : {Method::general, Method::event_loop, Method::fastest}) runs.emplace_back(seed, method);
    runs.emplace_back(seed, seed % 2 == 0 ? Method::fastest : Method::event_loop, &pool);
    ASSERT_TRUE(runs[0].is_a_line());
    test::Choices choices(seed + 1'000'000);
    Time until{};
    for (std::uint32_t i = 0; i < 6; ++i) {
      if (choices.chance(0.3)) {
        const std::uint64_t events = choices.below(400);
        for (LineRun& run : runs) {
          run.stop_early(until + std::chrono::hours{1}, events);
          for (const ComponentState& component : ConstStateView(run.model(), run.state()).components)
            until = std::max(until, component.now);
        }
      } else if (choices.chance(0.2)) {
        for (LineRun& run : runs) run.become_a_future(i + 1);
      }
      until += std::chrono::seconds{choices.below(400)};
      for (LineRun& run : runs) run.go_on(until);
      for (std::size_t which = 1; which < runs.size(); ++which) {
        expect_same(runs[which], runs[0]);
        if (testing::Test::HasFailure()) FAIL() << "line of seed " << seed << ", stretch " << i << ", way " << which;
      }
    }
  }
}

/// Two machines that feed each other, which comes to a standstill.
Plant circle() {
  PlantBuilder plant("circle");
  Machine machine;
  machine.cycle_time.law = Distribution::exponential(2.0);
  plant.line("c", "w", "l")
      .source("s", {Source::Saturated{}, {}, {}}, {{"a"}})
      .machine("a", machine, {{"b"}})
      .machine("b", machine, {{"a", 0.5}, {"k", 0.5}})
      .sink("k");
  return plant.build();
}

/// Several plants of the general kind in one: some of their components get stuck.
Plant several_plants(std::uint64_t seed) {
  Plant all = test::RandomPlant(seed).make();
  for (std::uint64_t i = 1; i < 4; ++i) {
    Plant more = i == 2 && seed % 3 == 0 ? circle() : test::RandomPlant(seed + 10'000 * i).make();
    for (Enterprise& enterprise : more.enterprises) {
      enterprise.name += std::to_string(i);
      all.enterprises.push_back(std::move(enterprise));
    }
  }
  return all;
}

TEST(Components, SideBySideGiveTheSameBytes) {
  ThreadPool pool(3);
  std::size_t stuck = 0, tried = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    const Plant plant = several_plants(seed);
    if (!validate(plant).empty()) continue;  // products and calendars of one that another lacks
    const Model model = compile(plant, {.part_identity = true});
    State state = start(model, model.defaults, seed), other = state;
    KpiObserver kpis(model, state), others(model, state);
    for (const Time until : {Time{7min}, Time{40min}, Time{41min}}) {
      const Outcome a = advance(model, model.defaults, state, until, kpis);
      const Outcome b = advance(model, model.defaults, other, until, others, pool);
      ASSERT_EQ(a.status, b.status);
      ASSERT_EQ(a.time, b.time);
      ASSERT_EQ(a.events, b.events);
      ASSERT_EQ(a.circular_wait, b.circular_wait);
      ASSERT_EQ(state.now, other.now);
      ASSERT_TRUE(equal(model, state, other)) << "seed " << seed;
      ASSERT_EQ(words_of(kpis.totals(model, state)), words_of(others.totals(model, other))) << "seed " << seed;
      stuck += a.status == Outcome::Status::done ? 0 : 1;
    }
    ++tried;
  }
  EXPECT_GT(tried, 20U);
  EXPECT_GT(stuck, 0U);
}

/// Whether the recursion takes a component to 400 s by itself.
bool goes_through(const Model& model, const State& state, std::uint32_t component) {
  State end = state;
  LineSums sums;
  std::uint64_t events = 0;
  return detail::run_by_recursion(model, model.defaults, end, component, Time{std::chrono::seconds{400}}, 1'000'000,
                                  sums, events);
}

// Otherwise the comparison above would be of the event loop with itself.
TEST(Methods, TheRecursionSeldomLeavesALineToTheEventLoop) {
  const Model ten = compile(test::ten_machines());
  for (std::uint64_t seed = 1; seed <= 20; ++seed)
    EXPECT_TRUE(goes_through(ten, start(ten, ten.defaults, seed), 0)) << seed;
  int fit = 0, through = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    const Model model = compile(test::RandomLine(seed).make());
    const State state = start(model, model.defaults, seed);
    for (std::uint32_t c = 0; c < model.components.size(); ++c) {
      if (!detail::recursion_fits(model, model.defaults, state, c, Time{std::chrono::seconds{400}})) continue;
      ++fit;
      through += goes_through(model, state, c) ? 1 : 0;
    }
  }
  RecordProperty("fit", fit);
  RecordProperty("through", through);
  EXPECT_GT(fit, 150);
  EXPECT_GT(2 * through, fit);
}

}  // namespace
}  // namespace takt
