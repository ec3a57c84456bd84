#include "chapters/lesson/demo/results.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

namespace lesson {
namespace {

using Json = nlohmann::ordered_json;

Json finite_or_text(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  return value;
}

Json to_object(const Check& check) {
  Json object{{"slug", check.slug},         {"section", check.section}, {"statement", check.statement},
              {"label", check.label},       {"kind", check.kind},       {"relation", check.relation},
              {"expected", check.expected}, {"passed", check.passed},   {"file", check.file},
              {"line", check.line}};
  object["lhs"] = finite_or_text(check.lhs);
  object["rhs"] = finite_or_text(check.rhs);
  if (check.tolerance) object["tolerance"] = finite_or_text(*check.tolerance);
  if (check.se) object["se"] = finite_or_text(*check.se);
  if (check.z) object["z"] = finite_or_text(*check.z);
  return object;
}

Json to_object(const Rung& rung) {
  return {{"model", rung.model},
          {"kind", rung.kind},
          {"mean", finite_or_text(rung.nats.mean)},
          {"se", finite_or_text(rung.nats.se)},
          {"images", rung.images},
          {"data", rung.data}};
}

Json to_value(const OptionValue& value) {
  if (const auto* number = std::get_if<double>(&value)) return finite_or_text(*number);
  return std::visit([](const auto& v) { return Json(v); }, value);
}

}  // namespace

std::string to_json(const Results& results) {
  Json object{{"chapter", results.chapter}, {"seed", results.seed}};
  object["options"] = Json::object();
  for (const auto& [name, value] : results.options) object["options"][name] = to_value(value);
  object["checks"] = Json::array();
  for (const Check& check : results.checks) object["checks"].push_back(to_object(check));
  object["metrics"] = Json::object();
  for (const auto& [name, value] : results.metrics) object["metrics"][name] = finite_or_text(value);
  object["rungs"] = Json::array();
  for (const Rung& rung : results.rungs) object["rungs"].push_back(to_object(rung));
  object["seconds"] = results.seconds;
  if (results.interrupted) object["interrupted"] = true;
  if (!results.error.empty()) object["error"] = results.error;
  return object.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace lesson
