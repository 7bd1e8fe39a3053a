// SPDX-License-Identifier: Apache-2.0
#include "takt/io/plant/space_file.hpp"

#include "io/plant/json_reader.hpp"
#include "io/plant/text_file.hpp"

namespace takt::io {
namespace {

using detail::JsonReader;
using detail::JsonRecord;
using detail::JsonTree;
using detail::JsonValue;

ProblemText read(const JsonTree& tree) {
  JsonReader reader(tree);
  ProblemText problem;
  if (reader.has_format(tree.root(), "takt-space/1", true)) {
    const JsonRecord record(reader, tree.root(), "a space",
                            {"format", "vary", "constraints", "maximise", "minimise", "limits"});
    record.need("vary", "a list of texts such as \"/acme/filling/line_1/rinsed/capacity=1..30\"");
    const auto texts = [&](std::string_view key, std::vector<std::string>& into) {
      for (JsonValue each = reader.elements(record.get(key), "a list of texts"); each; each = each.next())
        if (auto text = reader.text(each)) into.push_back(std::move(*text));
    };
    texts("vary", problem.vary);
    texts("constraints", problem.constraints);
    texts("maximise", problem.maximise);
    texts("minimise", problem.minimise);
    texts("limits", problem.limits);
  }
  if (!reader.faults().empty()) throw InvalidInput(reader.sorted_faults());
  return problem;
}

}  // namespace

ProblemText load_space(const std::filesystem::path& file) {
  return parse_space(detail::read_text_file(file, Limits{}), file.string());
}

ProblemText parse_space(std::string_view text, const std::string& name) { return read(JsonTree(text, name, Limits{})); }

}  // namespace takt::io
