// SPDX-License-Identifier: Apache-2.0
// Room study: output analysis, selection, optimisation, sensitivity.
#include <pybind11/functional.h>
#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <memory>
#include <thread>

#include "arguments.hpp"
#include "calls.hpp"
#include "rooms.hpp"
#include "takt/study/comparison.hpp"
#include "takt/study/optimise.hpp"
#include "takt/study/output_analysis.hpp"
#include "takt/study/plant_problem.hpp"
#include "takt/study/precision.hpp"
#include "takt/study/sensitivity.hpp"

namespace takt::python {
namespace {

using Array = py::array_t<double, py::array::c_style | py::array::forcecast>;

std::span<const double> span_of(const Array& array) { return {array.data(), static_cast<std::size_t>(array.size())}; }

Array array_of(const std::vector<double>& values) {
  return Array(static_cast<py::ssize_t>(values.size()), values.data());
}

/// Rows of equal length as one array.
Array matrix_of(const std::vector<double>& values, std::size_t rows) {
  const std::size_t columns = rows == 0 ? 0 : values.size() / rows;
  return Array({static_cast<py::ssize_t>(rows), static_cast<py::ssize_t>(columns)}, values.data());
}

std::vector<DesignPoint> points_of(const Array& points) {
  if (points.ndim() != 2) throw InvalidInput(Fault{.path = "points", .expected = "an array of (point, variable)"});
  std::vector<DesignPoint> result;
  const auto columns = static_cast<std::size_t>(points.shape(1));
  for (py::ssize_t i = 0; i < points.shape(0); ++i) {
    const double* row = points.data() + static_cast<std::size_t>(i) * columns;
    result.emplace_back(row, row + columns);
  }
  return result;
}

/// A function of Python, called with arrays of points and of replications: the responses, (trial) or (trial, response).
Runner runner_of(py::function function) {
  return [function = std::move(function)](std::span<const Trial> trials) {
    if (trials.empty()) return std::vector<double>();
    throw_signals();
    const auto rows = static_cast<py::ssize_t>(trials.size()),
               columns = static_cast<py::ssize_t>(trials[0].design.size());
    Array points({rows, columns});
    py::array_t<std::uint32_t> replications(rows);
    for (std::size_t i = 0; i < trials.size(); ++i) {
      std::ranges::copy(trials[i].design, points.mutable_data() + i * static_cast<std::size_t>(columns));
      replications.mutable_data()[i] = trials[i].replication;
    }
    const auto values = py::cast<Array>(function(points, replications));
    if (values.ndim() < 1 || values.shape(0) != rows)
      throw InvalidInput(
          Fault{.path = "function",
                .value = "an array of " + std::to_string(values.ndim() < 1 ? 1 : values.shape(0)) + " rows",
                .expected = "a row for each of " + std::to_string(rows) + " trials"});
    const std::span<const double> all = span_of(values);
    return std::vector<double>(all.begin(), all.end());
  };
}

/// What may be chosen and what for, with something to run. Calls take turns.
struct Choice {
  PlantProblem asked;
  py::function function;           ///< none for a plant
  std::optional<Present> present;  ///< of a plant
  RunWindow window;
  unsigned threads = 0;

  /// Calls `use` with the problem. Trials of a plant run without the GIL, and look for signals.
  template <class Use>
  auto with_problem(const Use& use) const {
    if (!present) {
      Problem problem{asked.space, asked.goals, asked.limits, runner_of(function)};
      return use(problem);
    }
    ThreadPool pool(threads);
    RunWindow watched = window;
    const auto caller = std::this_thread::get_id();
    Released* released = nullptr;
    watched.tick = [&released, caller] {
      if (std::this_thread::get_id() == caller) released->look();
    };
    Problem problem = runnable(asked, *present, watched, pool);
    problem.runner = [inner = problem.runner, &released](std::span<const Trial> trials) {
      Released now;
      released = &now;
      return inner(trials);
    };
    return use(problem);
  }
};

using Texts = std::vector<std::string>;

std::unique_ptr<Choice> choice_of_plant(const Present& present, const Texts& vary, const Texts& constraints,
                                        const Texts& maximise, const Texts& minimise, const Texts& limits,
                                        const py::object& horizon, const py::object& warmup,
                                        const py::object& threads) {
  auto choice = std::make_unique<Choice>();
  choice->asked = read_problem({vary, constraints, maximise, minimise, limits}, present);
  choice->present = present;
  choice->window.horizon = to_length(horizon, "horizon");
  choice->window.warmup = to_length(warmup, "warmup");
  choice->threads = static_cast<unsigned>(to_count(threads, "threads", 0, kMostThreads));
  return choice;
}

std::unique_ptr<Choice> choice_of_function(py::function function, const Texts& vary, const Texts& constraints,
                                           const Texts& maximise, const Texts& minimise, const Texts& limits,
                                           const Texts& responses) {
  auto choice = std::make_unique<Choice>();
  choice->function = std::move(function);
  for (const std::string& text : vary) choice->asked.space.variables.push_back(parse_variable(text));
  for (const std::string& text : constraints)
    choice->asked.space.constraints.push_back(parse_constraint(text, choice->asked.space));
  for (const std::string& text : maximise) choice->asked.goals.push_back(parse_goal(text, Sense::maximise, responses));
  for (const std::string& text : minimise) choice->asked.goals.push_back(parse_goal(text, Sense::minimise, responses));
  for (const std::string& text : limits) choice->asked.limits.push_back(parse_limit(text, responses));
  check(choice->asked.space);
  return choice;
}

/// A search in Python: called with a function (points, replications) -> estimates of the goals, (point, goal).
Search search_of(const py::object& method) {
  if (!py::isinstance<py::str>(method)) {
    return [method](Evaluations& evaluations, std::uint64_t seed) {
      const auto evaluate = [&evaluations](const Array& points, std::uint32_t replications) {
        std::vector<double> values;
        const std::vector<Evaluated> all = evaluations(points_of(points), replications);
        for (const Evaluated& each : all)
          for (const Estimate& goal : each.goals) values.push_back(goal.value);
        return matrix_of(values, all.size());
      };
      try {
        method(py::cpp_function(evaluate, py::arg("points"), py::arg("replications")), seed);
      } catch (py::error_already_set& error) {
        if (error.matches(py::module_::import("takt._core").attr("BudgetSpent"))) throw BudgetSpent();
        throw;
      }
    };
  }
  const auto name = method.cast<std::string>();
  if (name == "exhaustive") return exhaustive();
  if (name == "r-spline") return r_spline();
  if (name == "surrogate") return surrogate();
  const std::vector<std::string> names{"exhaustive", "r-spline", "surrogate"};
  throw InvalidInput(Fault{.path = "method",
                           .value = '"' + name + '"',
                           .expected = "exhaustive, r-spline, surrogate or a function",
                           .nearest = nearest_name(name, names)});
}

Optimum optimise_choice(const Choice& choice, const py::object& method, std::uint64_t budget, double indifference,
                        double confidence, std::uint32_t candidates, std::uint64_t seed) {
  return choice.with_problem([&](const Problem& problem) {
    return optimise(problem, search_of(method),
                    {.budget = budget,
                     .candidates = candidates,
                     .indifference = indifference,
                     .confidence = confidence,
                     .seed = seed});
  });
}

Selection select_of(const Choice& choice, const std::string& method, const Array& points, double indifference,
                    double confidence, std::uint32_t first_stage, std::uint64_t most_runs) {
  const std::vector<DesignPoint> designs = points_of(points);
  return choice.with_problem([&](const Problem& problem) {
    check(problem);
    const SelectionOptions options{.indifference = indifference,
                                   .confidence = confidence,
                                   .first_stage = first_stage,
                                   .sense = problem.goals[0].sense,
                                   .response = problem.goals[0].response,
                                   .most_runs = most_runs};
    if (method == "kn") return select_kn(designs, problem.runner, options);
    if (method == "rinott") return select_rinott(designs, problem.runner, options);
    if (method == "ocba") return select_ocba(designs, problem.runner, options);
    throw InvalidInput(Fault{.path = "method", .value = '"' + method + '"', .expected = "kn, rinott or ocba"});
  });
}

SensitivityOptions sensitivity_options(const Problem& problem, std::uint32_t replications, std::uint64_t seed) {
  return {
      .replications = replications, .response = problem.goals.empty() ? 0 : problem.goals[0].response, .seed = seed};
}

/// Columns value, low, high; rows by variable.
Array differences_of(const Choice& choice, const std::vector<double>& at, const std::vector<double>& steps,
                     std::uint32_t replications, double confidence) {
  std::vector<double> rows;
  const auto found = choice.with_problem([&](const Problem& problem) {
    return finite_differences(problem.space, at, steps, problem.runner, sensitivity_options(problem, replications, 1),
                              confidence);
  });
  for (const Interval& each : found) rows.insert(rows.end(), {each.value, each.low, each.high});
  return matrix_of(rows, found.size());
}

/// Columns mean, mean_absolute, deviation; rows by variable.
Array morris_of(const Choice& choice, std::uint32_t trajectories, std::uint32_t levels, std::uint32_t replications,
                std::uint64_t seed) {
  std::vector<double> rows;
  const auto found = choice.with_problem([&](const Problem& problem) {
    return morris(problem.space, problem.runner, sensitivity_options(problem, replications, seed), trajectories,
                  levels);
  });
  for (const MorrisEffect& each : found) rows.insert(rows.end(), {each.mean, each.mean_absolute, each.deviation});
  return matrix_of(rows, found.size());
}

/// Columns first, total, and their standard errors; rows by variable.
Array sobol_of(const Choice& choice, std::uint32_t samples, std::uint32_t replications, std::uint64_t seed) {
  std::vector<double> rows;
  const SobolIndices found = choice.with_problem([&](const Problem& problem) {
    return sobol(problem.space, problem.runner, sensitivity_options(problem, replications, seed), samples);
  });
  for (const SobolIndices::Index& each : found.variables)
    rows.insert(rows.end(), {each.first, each.total, each.first_error, each.total_error});
  return matrix_of(rows, found.variables.size());
}

/// Scenarios against a base, or every two: (a, b, interval) each.
std::vector<std::tuple<std::size_t, std::size_t, Interval>> compare_values(const Array& values,
                                                                           std::optional<std::size_t> base,
                                                                           double confidence, bool independent) {
  if (values.ndim() != 2)
    throw InvalidInput(Fault{.path = "values", .expected = "an array of (scenario, replication)"});
  const auto scenarios = static_cast<std::size_t>(values.shape(0));
  const auto differences = base          ? against_base(span_of(values), scenarios, *base, confidence)
                           : independent ? all_pairs_tukey(span_of(values), scenarios, confidence)
                                         : all_pairs(span_of(values), scenarios, confidence);
  std::vector<std::tuple<std::size_t, std::size_t, Interval>> result;
  for (const PairedDifference& each : differences) result.emplace_back(each.a, each.b, each.difference);
  return result;
}

std::tuple<std::uint32_t, bool, Array> replicate_in_python(const py::function& batch, std::size_t figures,
                                                           double relative, double absolute, double confidence,
                                                           std::uint32_t first, std::uint32_t most) {
  const Precise found = replicate_until({relative, absolute, confidence, first, most}, figures,
                                        [&](std::uint32_t from, std::uint32_t count) {
                                          throw_signals();
                                          const auto rows = py::cast<Array>(batch(from, count));
                                          return std::vector<double>(rows.data(), rows.data() + rows.size());
                                        });
  return {found.replications, found.reached, matrix_of(found.rows, found.replications)};
}

void bind_values(py::module_& module) {
  py::class_<Interval>(module, "Interval", "A value with its two-sided interval.")
      .def_readonly("value", &Interval::value)
      .def_readonly("low", &Interval::low)
      .def_readonly("high", &Interval::high)
      .def_property_readonly("half_width", &Interval::half_width)
      .def("__repr__", [](const Interval& i) {
        return py::str("Interval({:.6g}, {:.6g} to {:.6g})").format(i.value, i.low, i.high);
      });
  py::class_<Estimate>(module, "Estimate", "A number estimated from replications.")
      .def_readonly("value", &Estimate::value)
      .def_readonly("standard_error", &Estimate::standard_error);
  py::class_<Evaluated>(module, "Evaluated", "A design point with what its replications say.")
      .def_property_readonly("point", [](const Evaluated& e) { return array_of(e.point); })
      .def_readonly("replications", &Evaluated::replications)
      .def_readonly("goals", &Evaluated::goals)
      .def_readonly("limits", &Evaluated::limits)
      .def_property_readonly("keeps_limits", [](const Evaluated& e) { return e.violation == 0.0; });
  py::class_<Selection>(module, "Selection", "Which of several designs is best, and how sure that is.")
      .def_readonly("best", &Selection::best)
      .def_property_readonly("means", [](const Selection& s) { return array_of(s.means); })
      .def_readonly("replications", &Selection::replications)
      .def_readonly("runs", &Selection::runs)
      .def_readonly("is_guaranteed", &Selection::is_guaranteed)
      .def_readonly("probability", &Selection::probability)
      .def(
          "conclusion",
          [](const Selection& s, const Texts& names, const std::string& unit) { return conclusion(s, names, unit); },
          py::arg("names"), py::arg("unit"));
  py::class_<Optimum>(module, "Optimum", "What an optimisation found.")
      .def_readonly("best", &Optimum::front)
      .def_readonly("candidates", &Optimum::candidates)
      .def_readonly("points", &Optimum::points)
      .def_readonly("runs", &Optimum::runs)
      .def_readonly("conclusion", &Optimum::sentence)
      .def_property_readonly("is_guaranteed",
                             [](const Optimum& o) { return o.selection && o.selection->is_guaranteed; });
}

}  // namespace

void bind_choosing(py::module_& module) {
  py::register_exception<BudgetSpent>(module, "BudgetSpent", PyExc_RuntimeError);
  bind_values(module);
  py::class_<Choice>(module, "Choice", "What may be chosen, what for, and what is run. Never changed.")
      .def_static("of_plant", &choice_of_plant, py::arg("present"), py::arg("vary"), py::arg("constraints"),
                  py::arg("maximise"), py::arg("minimise"), py::arg("limits"), py::arg("horizon"), py::arg("warmup"),
                  py::arg("threads"))
      .def_static("of_function", &choice_of_function, py::arg("function"), py::arg("vary"), py::arg("constraints"),
                  py::arg("maximise"), py::arg("minimise"), py::arg("limits"), py::arg("responses"))
      .def_property_readonly("variables",
                             [](const Choice& choice) {
                               Texts names;
                               for (const Variable& each : choice.asked.space.variables) names.push_back(each.name);
                               return names;
                             })
      .def(
          "texts",
          [](const Choice& choice, const std::vector<double>& point) {
            Texts texts;
            for (std::size_t v = 0; v < point.size(); ++v)
              texts.push_back(value_text(choice.asked.space.variables.at(v), point[v]));
            return texts;
          },
          py::arg("point"))
      .def("optimise", &optimise_choice, py::arg("method"), py::arg("budget"), py::arg("indifference"),
           py::arg("confidence"), py::arg("candidates"), py::arg("seed"))
      .def("select", &select_of, py::arg("method"), py::arg("points"), py::arg("indifference"), py::arg("confidence"),
           py::arg("first_stage"), py::arg("most_runs"))
      .def("finite_differences", &differences_of, py::arg("at"), py::arg("steps"), py::arg("replications"),
           py::arg("confidence"))
      .def("morris", &morris_of, py::arg("trajectories"), py::arg("levels"), py::arg("replications"), py::arg("seed"))
      .def("sobol", &sobol_of, py::arg("samples"), py::arg("replications"), py::arg("seed"));

  module.def(
      "mser",
      [](const Array& x, std::size_t batch) {
        const WarmUp warm_up = mser(span_of(x), batch);
        return std::pair(warm_up.observations, warm_up.is_enough);
      },
      py::arg("observations"), py::arg("batch"));
  module.def(
      "mean_interval", [](const Array& x, double c) { return mean_interval(span_of(x), c); }, py::arg("values"),
      py::arg("confidence"));
  module.def(
      "batch_means", [](const Array& x, std::size_t n, double c) { return batch_means(span_of(x), n, c); },
      py::arg("observations"), py::arg("batches"), py::arg("confidence"));
  module.def(
      "batch_quantiles",
      [](const Array& x, double p, std::size_t n, double c) { return batch_quantiles(span_of(x), p, n, c); },
      py::arg("observations"), py::arg("p"), py::arg("batches"), py::arg("confidence"));
  module.def(
      "quantile_interval", [](const Array& x, double p, double c) { return quantile_interval(span_of(x), p, c); },
      py::arg("values"), py::arg("p"), py::arg("confidence"));
  module.def(
      "with_controls",
      [](const Array& y, const Array& controls, const Array& means, double c) {
        return with_controls(span_of(y), span_of(controls), span_of(means), c);
      },
      py::arg("y"), py::arg("controls"), py::arg("means"), py::arg("confidence"));
  module.def(
      "with_antithetic_pairs", [](const Array& x, double c) { return with_antithetic_pairs(span_of(x), c); },
      py::arg("values"), py::arg("confidence"));
  module.def("compare_values", &compare_values, py::arg("values"), py::arg("base"), py::arg("confidence"),
             py::arg("independent"));
  module.def("replicate_until", &replicate_in_python, py::arg("batch"), py::arg("figures"), py::arg("relative"),
             py::arg("absolute"), py::arg("confidence"), py::arg("first"), py::arg("most"));
}

}  // namespace takt::python
