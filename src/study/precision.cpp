// SPDX-License-Identifier: Apache-2.0
#include "takt/study/precision.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "takt/core/error.hpp"

namespace takt {
namespace {

/// Half the width that a figure of this mean may have.
double allowed(double relative, double absolute, double mean) {
  return std::max(absolute, relative / (1.0 + relative) * std::abs(mean));
}

/// How many replications the widest figure seems to need in all.
double estimated_need(const PrecisionWatch& watch, const Precision& precision) {
  double need = 0.0;
  for (std::size_t k = 0; k < watch.figures().size(); ++k) {
    const double half = watch.half_width(k);
    const double ratio = half / allowed(precision.relative, precision.absolute, watch.figures()[k].mean());
    if (half > 0.0) need = std::max(need, watch.count() * ratio * ratio);
  }
  return need;
}

}  // namespace

void check(const Precision& precision) {
  std::vector<Fault> faults;
  const auto need = [&](bool good, const char* path, double value, const char* expected) {
    if (!good) faults.push_back({.path = path, .value = std::to_string(value), .expected = expected});
  };
  need(precision.relative >= 0.0 && precision.relative < 1.0, "precision", precision.relative, "from 0 to below 1");
  need(precision.absolute >= 0.0, "absolute precision", precision.absolute, "0 or above");
  need(precision.relative > 0.0 || precision.absolute > 0.0, "precision", 0.0, "a width above 0");
  need(precision.confidence > 0.0 && precision.confidence < 1.0, "confidence", precision.confidence, "between 0 and 1");
  need(precision.first >= 5, "first look", precision.first, "at least 5");
  need(precision.most >= precision.first, "most replications", precision.most, "at least those before the first look");
  if (!faults.empty()) throw InvalidInput(std::move(faults));
}

bool is_precise(const Moments& figure, double relative, double absolute, double confidence) {
  return figure.half_width(confidence) <= allowed(relative, absolute, figure.mean());
}

PrecisionWatch::PrecisionWatch(const Precision& precision, std::size_t figures)
    : precision_(precision), figures_(figures) {
  check(precision);
}

bool PrecisionWatch::add(std::span<const double> row) {
  if (row.size() != figures_.size()) throw Error("a replication with another number of figures");
  for (std::size_t k = 0; k < row.size(); ++k)
    if (!std::isnan(row[k])) figures_[k].add(row[k]);
  if (++count_ < precision_.first) return false;
  for (std::size_t k = 0; k < figures_.size(); ++k)
    if (figures_[k].count() > 0 && !is_precise(k)) return false;
  return true;
}

double PrecisionWatch::half_width(std::size_t figure) const { return figures_[figure].half_width(confidence_each()); }

double PrecisionWatch::confidence_each() const {
  return 1.0 - (1.0 - precision_.confidence) / static_cast<double>(figures_.size());
}

bool PrecisionWatch::is_precise(std::size_t figure) const {
  return takt::is_precise(figures_[figure], precision_.relative, precision_.absolute, confidence_each());
}

Precise replicate_until(const Precision& precision, std::size_t figures, const ReplicationBatch& batch,
                        std::uint32_t least_batch) {
  PrecisionWatch watch(precision, figures);
  Precise result;
  std::uint32_t asked = precision.first;
  for (;;) {
    const std::vector<double> rows = batch(watch.count(), asked);
    if (rows.size() != asked * figures) throw Error("a batch with another number of figures");
    for (std::uint32_t i = 0; i < asked; ++i) {
      const auto row = std::span(rows).subspan(i * figures, figures);
      result.rows.insert(result.rows.end(), row.begin(), row.end());
      result.reached = watch.add(row);
      if (result.reached) break;
    }
    result.replications = watch.count();
    if (result.reached || watch.count() == precision.most) return result;
    // Slightly fewer than it seems, since the estimate may fall: what is run beyond the end is lost.
    const double need = std::min(0.9 * estimated_need(watch, precision), static_cast<double>(precision.most));
    const auto more = static_cast<std::uint32_t>(std::max(0.0, need - watch.count()));
    asked = std::min(std::max({more, least_batch, 1U}), precision.most - watch.count());
  }
}

}  // namespace takt
