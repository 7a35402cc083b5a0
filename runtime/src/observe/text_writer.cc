#include "observe/text_writer.h"

#include <array>
#include <charconv>

#include "observe/snapshot.h"

namespace hawkmount::observe {
namespace {

std::string_view TypeName(FamilyType type, TextFormat format) {
  switch (type) {
    case FamilyType::kCounter:
      return "counter";
    case FamilyType::kHistogram:
      return "histogram";
    case FamilyType::kInfo:
      return format == TextFormat::kOpenMetrics ? "info" : "gauge";
    case FamilyType::kGauge:
      break;
  }
  return "gauge";
}

std::string_view Suffix(FamilyType type) {
  if (type == FamilyType::kCounter) return "_total";
  if (type == FamilyType::kInfo) return "_info";
  return "";
}

}  // namespace

std::string Label(std::string_view name, std::string_view value) {
  std::string label(name);
  label.append("=\"");
  for (const char c : value) {
    if (c == '\n') {
      label.append("\\n");
      continue;
    }
    if (c == '\\' || c == '"') label.push_back('\\');
    label.push_back(c);
  }
  label.push_back('"');
  return label;
}

void TextWriter::Begin(
    std::string_view prefix,
    std::string_view name,
    FamilyType type,
    std::string_view help) {
  std::string family(prefix);
  family.append(name);
  families_.push_back({family, type});
  sample_ = family;
  sample_.append(Suffix(type));
  bucket_ = family + "_bucket";
  sum_ = family + "_sum";
  count_ = family + "_count";
  // Families of OpenMetrics do not have the suffixes that their samples have.
  if (format_ == TextFormat::kPrometheus) family = sample_;
  text_.append("# HELP ").append(family).append(" ").append(help);
  text_.append("\n# TYPE ").append(family).append(" ");
  text_.append(TypeName(type, format_)).append("\n");
}

void TextWriter::Start(
    std::string_view name, std::string_view labels, std::string_view more) {
  text_.append(name);
  if (!labels.empty() || !more.empty()) {
    text_.push_back('{');
    text_.append(labels);
    text_.append(more);
    text_.push_back('}');
  }
  text_.push_back(' ');
}

void TextWriter::Number(uint64_t value) {
  std::array<char, 24> digits{};
  char* end = std::to_chars(digits.data(), digits.data() + 20, value).ptr;
  *end++ = '\n';
  text_.append(digits.data(), end);
}

void TextWriter::Bucket(
    std::string_view labels,
    std::string_view le,
    uint64_t value,
    const Exemplar& example) {
  Bucket(labels, le, value);
  if (format_ != TextFormat::kOpenMetrics) return;
  // Of all names and values together.
  constexpr size_t kLongest = 128;
  std::string of_call;
  size_t length = 0;
  const auto add = [&](std::string_view name, const std::string& what) {
    if (what.empty() || length + name.size() + what.size() > kLongest) return;
    length += name.size() + what.size();
    if (!of_call.empty()) of_call.push_back(',');
    of_call.append(Label(name, what));
  };
  add("trace_id", example.trace_id);
  add("request_id", example.request_id);
  add("span_id", example.span_id);
  if (of_call.empty()) return;
  text_.pop_back();  // the end of the line
  text_.append(" # {").append(of_call).append("} ");
  Fraction(example.duration);
  text_.back() = ' ';
  Fraction(static_cast<uint64_t>(
      std::chrono::nanoseconds(example.time.time_since_epoch()).count() /
      1'000'000 * 1'000'000));
}

void TextWriter::Sum(std::string_view labels, uint64_t nanoseconds) {
  Start(sum_, labels, {});
  Fraction(nanoseconds);
}

void TextWriter::Seconds(std::string_view labels, uint64_t nanoseconds) {
  Start(sample_, labels, {});
  Fraction(nanoseconds);
}

// Exact: the nanoseconds are the digits behind the point.
void TextWriter::Fraction(uint64_t nanoseconds) {
  std::array<char, 40> digits{};
  char* end =
      std::to_chars(
          digits.data(), digits.data() + 20, nanoseconds / 1'000'000'000)
          .ptr;
  if (uint64_t rest = nanoseconds % 1'000'000'000; rest != 0) {
    *end++ = '.';
    for (uint64_t unit = 100'000'000; rest != 0; unit /= 10) {
      *end++ = static_cast<char>('0' + rest / unit);
      rest %= unit;
    }
  }
  *end++ = '\n';
  text_.append(digits.data(), end);
}

std::string TextWriter::Take() {
  if (format_ == TextFormat::kOpenMetrics) text_.append("# EOF\n");
  return std::move(text_);
}

}  // namespace hawkmount::observe
