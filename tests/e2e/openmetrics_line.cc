#include "openmetrics_line.h"

#include <cmath>
#include <cstdlib>
#include <limits>
#include <regex>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"

namespace e2e::openmetrics {

using Page = OpenMetricsPage;
using Labels = Page::Labels;

void Must(bool holds, const std::string& what) {
  if (!holds) throw Wrong{what};
}

bool IsName(const std::string& name, bool colons) {
  static const std::regex with("[a-zA-Z_:][a-zA-Z0-9_:]*");
  static const std::regex without("[a-zA-Z_][a-zA-Z0-9_]*");
  return std::regex_match(name, colons ? with : without);
}

double Number(const std::string& text) {
  static const std::regex number(
      "[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][+-]?[0-9]+)?");
  if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  const double infinite = std::numeric_limits<double>::infinity();
  if (text == "+Inf" || text == "Inf") return infinite;
  if (text == "-Inf") return -infinite;
  Must(std::regex_match(text, number), "no number: '" + text + "'");
  return std::strtod(text.c_str(), nullptr);
}

bool IsCanonical(const std::string& text) {
  static const std::regex canonical(
      "\\+Inf|-?(0|[1-9][0-9]*)\\.(0|[0-9]*[1-9])|"
      "-?[1-9](\\.[0-9]*[1-9])?e[+-][0-9]{2,3}");
  return std::regex_match(text, canonical);
}

size_t Characters(const std::string& text) {
  size_t count = 0;
  for (size_t i = 0; i < text.size(); ++count) {
    const auto first = static_cast<unsigned char>(text[i]);
    size_t more = 0;
    if (first >= 0x80) {
      Must(first >= 0xC2 && first <= 0xF4, "no UTF-8");
      more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1;
    }
    Must(i + more < text.size(), "no UTF-8");
    for (size_t j = 1; j <= more; ++j) {
      Must((text[i + j] & 0xC0) == 0x80, "no UTF-8");
    }
    i += 1 + more;
  }
  return count;
}

std::string Unescape(const std::string& text) {
  std::string plain;
  for (size_t i = 0; i < text.size(); ++i) {
    Must(text[i] != '"', "a quote that is not escaped");
    if (text[i] != '\\') {
      plain.push_back(text[i]);
      continue;
    }
    Must(++i < text.size(), "an escape of nothing");
    Must(
        text[i] == 'n' || text[i] == '\\' || text[i] == '"',
        absl::StrCat("an unknown escape: \\", std::string(1, text[i])));
    plain.push_back(text[i] == 'n' ? '\n' : text[i]);
  }
  return plain;
}

namespace {

double Timestamp(const std::string& text) {
  const double time = Number(text);
  Must(std::isfinite(time), "no time: " + text);
  return time;
}

// Reads a line from left to right.
class Cursor {
 public:
  explicit Cursor(const std::string& line) : rest_(line) {}

  bool empty() const { return rest_.empty(); }
  bool Take(std::string_view what) {
    if (!rest_.starts_with(what)) return false;
    rest_.remove_prefix(what.size());
    return true;
  }
  std::string Until(std::string_view ends) {
    const std::string word(rest_.substr(0, rest_.find_first_of(ends)));
    rest_.remove_prefix(word.size());
    return word;
  }

  // Behind its opening brace.
  Labels Braces() {
    Labels labels;
    if (Take("}")) return labels;
    do {
      const std::string name = Until("=");
      Must(IsName(name, false), "no label's name: '" + name + "'");
      Must(Take("=\""), "a label without a quoted value: " + name);
      size_t end = 0;
      while (end < rest_.size() && rest_[end] != '"') {
        end += rest_[end] == '\\' ? 2 : 1;
      }
      Must(end < rest_.size(), "a value without an end: " + name);
      std::string value = Unescape(std::string(rest_.substr(0, end)));
      rest_.remove_prefix(end + 1);
      Must(
          labels.emplace(name, std::move(value)).second,
          "a label twice: " + name);
    } while (Take(","));
    Must(Take("}"), "labels without an end");
    return labels;
  }

 private:
  std::string_view rest_;
};

Page::Exemplar ReadExemplar(Cursor& cursor) {
  Must(cursor.Take("{"), "an exemplar without labels");
  Page::Exemplar exemplar;
  exemplar.labels = cursor.Braces();
  size_t characters = 0;
  for (const auto& [name, value] : exemplar.labels) {
    characters += Characters(name) + Characters(value);
  }
  Must(characters <= 128, "an exemplar of more than 128 characters");
  Must(cursor.Take(" "), "an exemplar without a value");
  exemplar.value = Number(cursor.Until(" "));
  if (cursor.Take(" ")) exemplar.timestamp = Timestamp(cursor.Until(" "));
  return exemplar;
}

}  // namespace

Page::Sample ReadSample(const std::string& line) {
  Cursor cursor(line);
  Page::Sample sample;
  sample.name = cursor.Until("{ ");
  Must(IsName(sample.name, true), "no metric's name: '" + sample.name + "'");
  if (cursor.Take("{")) sample.labels = cursor.Braces();
  Must(cursor.Take(" "), "a sample without a value");
  sample.value = Number(cursor.Until(" "));
  bool exemplar = cursor.Take(" # ");
  if (!exemplar && cursor.Take(" ")) {
    sample.timestamp = Timestamp(cursor.Until(" "));
    exemplar = cursor.Take(" # ");
  }
  if (exemplar) sample.exemplar = ReadExemplar(cursor);
  Must(cursor.empty(), "something behind the sample");
  return sample;
}

}  // namespace e2e::openmetrics
