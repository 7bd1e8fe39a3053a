// SPDX-License-Identifier: Apache-2.0
#include "takt/sync/doubts.hpp"

#include <algorithm>

namespace takt {

void Doubts::raise(Doubt doubt, const std::string& detail) {
  const auto [it, is_new] = standing_.try_emplace({doubt.check, {doubt.about, detail}});
  if (!is_new && it->second.trust == doubt.trust) doubt.since = it->second.since;
  it->second = std::move(doubt);
}

void Doubts::clear(const std::string& check, const std::string& about, const std::string& detail) {
  standing_.erase({check, {about, detail}});
}

void Doubts::clear_all(const std::string& check) {
  std::erase_if(standing_, [&](const auto& each) { return each.first.first == check; });
}

const Doubt* Doubts::find(const std::string& check, const std::string& about, const std::string& detail) const {
  const auto it = standing_.find({check, {about, detail}});
  return it == standing_.end() ? nullptr : &it->second;
}

Trust Doubts::worst_of(const std::string& check) const {
  Trust worst = Trust::valid;
  for (auto it = standing_.lower_bound({check, {}}); it != standing_.end() && it->first.first == check; ++it)
    worst = std::max(worst, it->second.trust);
  return worst;
}

Trust Doubts::trust() const {
  Trust worst = Trust::valid;
  for (const auto& [key, doubt] : standing_) worst = std::max(worst, doubt.trust);
  return worst;
}

std::vector<Doubt> Doubts::list() const {
  std::vector<Doubt> list;
  for (const auto& [key, doubt] : standing_) list.push_back(doubt);
  std::ranges::stable_sort(list, std::greater(), &Doubt::trust);
  return list;
}

}  // namespace takt
