// SPDX-License-Identifier: Apache-2.0
#include "program.hpp"

#include <charconv>
#include <iostream>
#include <map>
#include <optional>

#include "takt/core/error.hpp"

namespace forecast {
namespace {

namespace fs = std::filesystem;

constexpr const char* kUsage = R"(usage:
  backtest --data DIR [--held DIR] --points FILE --out FILE [--threads N]
      forecasts every point of the list from what was recorded before it
The plant is read from beside the program, or from --plant DIR.
)";

struct Arguments {
  fs::path plant, data, held, points, out;
  unsigned threads = 0;
};

std::optional<Arguments> read_arguments(const std::vector<std::string>& words) {
  Arguments arguments;
  const std::map<std::string, fs::path*> paths{{"--plant", &arguments.plant},
                                               {"--data", &arguments.data},
                                               {"--held", &arguments.held},
                                               {"--points", &arguments.points},
                                               {"--out", &arguments.out}};
  if (words.size() % 2 != 0) return std::nullopt;
  for (std::size_t i = 0; i < words.size(); i += 2) {
    const std::string& value = words[i + 1];
    if (words[i] == "--threads") {
      const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), arguments.threads);
      if (error != std::errc{} || end != value.data() + value.size()) return std::nullopt;
      continue;
    }
    const auto path = paths.find(words[i]);
    if (path == paths.end()) return std::nullopt;
    *path->second = value;
  }
  if (arguments.data.empty() || arguments.points.empty() || arguments.out.empty()) return std::nullopt;
  return arguments;
}

}  // namespace

int run_program(int argc, char** argv, const std::string& set, const std::string& zone,
                const std::function<std::vector<Forecast>(const Task&)>& run) {
  const auto arguments = read_arguments({argv + 1, argv + argc});
  if (!arguments) {
    std::cerr << kUsage;
    return 2;
  }
  try {
    Task task{.plant = arguments->plant.empty() ? fs::read_symlink("/proc/self/exe").parent_path() : arguments->plant,
              .places = {arguments->data / set},
              .points = read_points(arguments->points, set, zone),
              .threads = arguments->threads};
    if (!arguments->held.empty()) task.places.push_back(arguments->held / set);
    write_forecasts(arguments->out, task.points, run(task));
    std::cerr << task.points.size() << " points forecast\n";
  } catch (const takt::Error& error) {
    std::cerr << error.what() << '\n';
    return 3;
  }
  return 0;
}

}  // namespace forecast
