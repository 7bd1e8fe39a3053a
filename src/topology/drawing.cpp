// SPDX-License-Identifier: Apache-2.0
#include "takt/topology/drawing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "topology/layout.hpp"

namespace takt {
namespace {

/// Ways between the same two nodes drawn as one, with what is written on it: "20 %", or "a 20 %, b" by product.
struct DrawnArc {
  std::uint32_t from = 0, to = 0;
  std::string label;
};

std::string percent(double probability) {
  return probability < 1.0 ? fmt::format("{:.3g} %", 100.0 * probability) : std::string();
}

/// Nothing where all products do the same.
std::string label_of(const FlowGraph& graph, std::span<const FlowArc> arcs) {
  const auto differs = [&](const FlowArc& arc) { return arc.probability != arcs.front().probability; };
  const bool alike = arcs.size() == graph.products.size() && std::ranges::none_of(arcs, differs);
  if (alike || arcs.front().product == kNone) return percent(arcs.front().probability);
  std::string label;
  for (const FlowArc& arc : arcs) {
    label += (label.empty() ? "" : ", ") + graph.products[arc.product];
    if (arc.probability < 1.0) label += " " + percent(arc.probability);
  }
  return label;
}

std::vector<DrawnArc> drawn_arcs(const FlowGraph& graph) {
  std::vector<DrawnArc> drawn;
  for (std::size_t i = 0, end = 0; i < graph.arcs.size(); i = end) {
    const FlowArc& first = graph.arcs[i];
    while (end < graph.arcs.size() && graph.arcs[end].from == first.from && graph.arcs[end].to == first.to) ++end;
    drawn.push_back({first.from, first.to, label_of(graph, std::span(graph.arcs).subspan(i, end - i))});
  }
  return drawn;
}

std::string name_of(const FlowNode& node) { return node.path.substr(node.path.rfind('/') + 1); }
std::string line_of(const FlowNode& node) { return node.path.substr(0, node.path.rfind('/')); }

std::string places_of(const Model& model, const FlowNode& node) {
  const std::uint32_t capacity = model.buffers[node.index].capacity;
  return capacity == kInfinite ? "∞" : std::to_string(capacity);
}

/// "filler", "filler ×3".
std::string label_of(const Model& model, const FlowNode& node) {
  std::string label = name_of(node);
  if (node.kind == Entity::Kind::machine && model.machines[node.index].servers > 1)
    label += fmt::format(" ×{}", model.machines[node.index].servers);
  return label;
}

std::string escaped(const std::string& text, bool is_xml) {
  std::string result;
  for (const char c : text) {
    if (is_xml && c == '<')
      result += "&lt;";
    else if (is_xml && c == '&')
      result += "&amp;";
    else if (!is_xml && (c == '"' || c == '\\'))
      result += std::string("\\") + c;
    else
      result += c;
  }
  return result;
}

// ---- Graphviz ------------------------------------------------------------------------------------------------------

std::string graphviz_node(const Model& model, const FlowNode& node) {
  std::string shape;
  switch (node.kind) {
    case Entity::Kind::source: shape = "shape=cds"; break;
    case Entity::Kind::sink: shape = "shape=doublecircle"; break;
    case Entity::Kind::buffer:
      shape = fmt::format("shape=record, label=\"{}|{}\"", name_of(node), places_of(model, node));
      break;
    default: shape = "shape=box, style=rounded"; break;
  }
  if (node.kind != Entity::Kind::buffer) shape += fmt::format(", label=\"{}\"", label_of(model, node));
  return fmt::format("    \"{}\" [{}];\n", node.path, shape);
}

// ---- SVG -----------------------------------------------------------------------------------------------------------

constexpr int kHeight = 84, kMargin = 28, kGap = 44, kHalfMachine = 20;  // px

constexpr const char* kStyle =
    "text{font:12px system-ui,sans-serif;fill:#1f2933;text-anchor:middle}"
    ".line{font-size:10px;fill:#7b8794}.way{fill:none;stroke:#7b8794;stroke-width:1.5;marker-end:url(#tip)}"
    ".back{stroke-dasharray:5 4}.share{font-size:10px;fill:#52606d;stroke:#fff;stroke-width:3;paint-order:stroke}"
    ".machine{fill:#e8f0fb;stroke:#3b6ea5;stroke-width:1.5}.buffer{fill:#fff7e0;stroke:#b7832f;stroke-width:1.5}"
    ".source{fill:#e6f4ea;stroke:#3a8a5a;stroke-width:1.5}.sink{fill:#f1f3f5;stroke:#52606d;stroke-width:1.5}";

class SvgPainter {
 public:
  SvgPainter(const FlowGraph& graph, const Model& model)
      : graph_(graph), model_(model), layout_(detail::lay_out(graph)), half_(layout_.rows.size(), 0) {
    for (std::uint32_t node = 0; node < graph.nodes.size(); ++node) {
      many_lines_ = many_lines_ || line_of(graph.nodes[node]) != line_of(graph.nodes.front());
      half_[layout_.layer[node]] = std::max(half_[layout_.layer[node]], wanted_half(node));
    }
    for (const int half : half_) {
      middle_.push_back(width_ + half);
      width_ += 2 * half + kGap;
    }
    for (const std::uint32_t rows : layout_.rows) most_rows_ = std::max(most_rows_, static_cast<int>(rows));
  }

  std::string paint() {
    const int lanes = static_cast<int>(layout_.ways_back.size());
    const int width = width_ - kGap + kMargin;
    const int height = bottom() + (lanes > 0 ? 20 + 14 * lanes : 0) + kMargin / 2;
    std::string svg = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" height=\"{1}\" role=\"img\">\n"
        "<title>{2}</title>\n<style>{3}</style>\n"
        "<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" "
        "orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" fill=\"#7b8794\"/></marker></defs>\n"
        "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n",
        width, height, escaped(model_.plant.name, true), kStyle);
    std::string labels;
    for (const DrawnArc& arc : drawn_arcs(graph_)) svg += way(arc, labels);
    for (std::uint32_t node = 0; node < graph_.nodes.size(); ++node) svg += equipment(node);
    return svg + labels + "</svg>\n";
  }

 private:
  int bottom() const { return kMargin + most_rows_ * kHeight; }
  int x(std::uint32_t node) const { return middle_[layout_.layer[node]]; }
  int y(std::uint32_t node) const {
    const int rows = static_cast<int>(layout_.rows[layout_.layer[node]]);
    return kMargin + (most_rows_ - rows) * kHeight / 2 + static_cast<int>(layout_.row[node]) * kHeight + 30;
  }
  /// Of a column with this equipment and its name.
  int wanted_half(std::uint32_t node) const {
    const int name = static_cast<int>(label_of(model_, graph_.nodes[node]).size()) * 7 / 2;
    return graph_.nodes[node].kind == Entity::Kind::machine ? std::max(36, name + 10) : std::max(24, name);
  }

  int half_width(std::uint32_t node) const {
    switch (graph_.nodes[node].kind) {
      case Entity::Kind::machine: return half_[layout_.layer[node]];
      case Entity::Kind::buffer: return 24;
      default: return 18;
    }
  }

  std::string way(const DrawnArc& arc, std::string& labels) {
    const int x1 = x(arc.from), y1 = y(arc.from), x2 = x(arc.to), y2 = y(arc.to);
    const bool leads_back = std::ranges::binary_search(layout_.ways_back, std::pair(arc.from, arc.to));
    std::string path;
    int label_x = 0, label_y = 0;
    if (leads_back) {
      const int lane = bottom() + 16 + 14 * lanes_used_++;
      const int from = x1 + half_width(arc.from) / 2, to = x2 - half_width(arc.to) + 6;
      path = fmt::format("M{} {}C{} {} {} {} {} {}L{} {}C{} {} {} {} {} {}", from, y1 + 18, from + 16, lane, from + 16,
                         lane, from - 8, lane, to + 8, lane, to - 16, lane, to - 16, lane, to, y2 + 21);
      label_x = (from + to) / 2;
      label_y = lane + 4;
    } else {
      const int from = x1 + half_width(arc.from), to = x2 - half_width(arc.to) - 2;
      const bool jumps = layout_.layer[arc.to] > layout_.layer[arc.from] + 1;
      const int bow = jumps ? kHeight / 2 + 4 : 0;  // below what stands between
      const int third = jumps ? (to - from) / 5 : (to - from) / 2;
      path = fmt::format("M{} {}C{} {} {} {} {} {}", from, y1, from + third, y1 + bow, to - third, y2 + bow, to, y2);
      label_x = from + (to - from) * 2 / 5;
      label_y = y1 + (y2 + bow - y1) / 3 - 4;
    }
    if (!arc.label.empty())
      labels += fmt::format("<text class=\"share\" x=\"{}\" y=\"{}\">{}</text>\n", label_x, label_y, arc.label);
    return fmt::format("<path class=\"way{}\" d=\"{}\"/>\n", leads_back ? " back" : "", path);
  }

  std::string equipment(std::uint32_t i) const {
    const FlowNode& node = graph_.nodes[i];
    const int cx = x(i), cy = y(i);
    std::string svg = fmt::format("<g id=\"takt:{0}\"><title>{0}</title>", node.path);
    int below = cy + 34;
    switch (node.kind) {
      case Entity::Kind::source:
        svg += fmt::format("<path class=\"source\" d=\"M{} {}h22l14 16l-14 16h-22z\"/>", cx - 18, cy - 16);
        break;
      case Entity::Kind::sink:
        svg += fmt::format(
            "<circle class=\"sink\" cx=\"{0}\" cy=\"{1}\" r=\"18\"/><circle class=\"sink\" cx=\"{0}\" "
            "cy=\"{1}\" r=\"11\"/>",
            cx, cy);
        break;
      case Entity::Kind::buffer:
        svg += fmt::format(
            "<path class=\"buffer\" d=\"M{} {}h48v28h-48zM{} {}v6M{} {}v6\"/><text x=\"{}\" y=\"{}\">{}"
            "</text>",
            cx - 24, cy - 14, cx - 8, cy - 14, cx + 8, cy - 14, cx, cy + 8, places_of(model_, node));
        break;
      default:
        svg += fmt::format("<rect class=\"machine\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"7\"/>",
                           cx - half_width(i), cy - kHalfMachine, 2 * half_width(i), 2 * kHalfMachine);
        below = cy + 4;
    }
    svg += fmt::format("<text x=\"{}\" y=\"{}\">{}</text>", cx, below, label_of(model_, node));
    if (many_lines_) {
      const std::string line = line_of(node);
      svg += fmt::format("<text class=\"line\" x=\"{}\" y=\"{}\">{}</text>", cx,
                         node.kind == Entity::Kind::machine ? cy + 33 : cy + 46, short_line(line));
    }
    return svg + "</g>\n";
  }

  /// "filling/line_1".
  static std::string short_line(const std::string& path) { return path.substr(path.find('/', 1) + 1); }

  const FlowGraph& graph_;
  const Model& model_;
  const detail::Layout layout_;
  std::vector<int> half_, middle_;  // (layers): half the width, the place of the middle
  bool many_lines_ = false;
  int width_ = kMargin, most_rows_ = 1, lanes_used_ = 0;
};

}  // namespace

std::string to_graphviz(const FlowGraph& graph, const Model& model) {
  std::string dot = fmt::format("digraph \"{}\" {{\n  rankdir=LR;\n  node [fontname=\"sans-serif\"];\n",
                                escaped(model.plant.name, false));
  std::map<std::string, std::string> lines;
  for (const FlowNode& node : graph.nodes) lines[line_of(node)] += graphviz_node(model, node);
  for (const auto& [line, nodes] : lines)
    dot += fmt::format("  subgraph \"cluster_{0}\" {{\n    label=\"{0}\";\n{1}  }}\n", line, nodes);
  for (const DrawnArc& arc : drawn_arcs(graph)) {
    const std::string label = arc.label.empty() ? "" : fmt::format(" [label=\"{}\"]", arc.label);
    dot += fmt::format("  \"{}\" -> \"{}\"{};\n", graph.nodes[arc.from].path, graph.nodes[arc.to].path, label);
  }
  return dot + "}\n";
}

std::string to_svg(const FlowGraph& graph, const Model& model) { return SvgPainter(graph, model).paint(); }

}  // namespace takt
