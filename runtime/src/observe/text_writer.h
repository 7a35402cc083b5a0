#ifndef HAWKMOUNT_OBSERVE_TEXT_WRITER_H_
#define HAWKMOUNT_OBSERVE_TEXT_WRITER_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hawkmount::observe {

struct Exemplar;

enum class TextFormat : unsigned char {
  kPrometheus,   // Prometheus' text format 0.0.4
  kOpenMetrics,  // OpenMetrics 1.0
};

enum class FamilyType : unsigned char { kCounter, kGauge, kHistogram, kInfo };

// name="value", escaped.
std::string Label(std::string_view name, std::string_view value);

// Writes one family of metrics after another. Labels come rendered, so that
// they can be kept from page to page.
class TextWriter {
 public:
  // `name` is without suffix.
  struct Family {
    std::string name;
    FamilyType type;
  };

  // `size` is what the page will need, about.
  TextWriter(TextFormat format, size_t size) : format_(format) {
    text_.reserve(size);
  }

  TextFormat format() const { return format_; }
  // What was begun so far.
  const std::vector<Family>& families() const { return families_; }

  // `name` is without the _total of counters and the _info of infos.
  void Begin(
      std::string_view prefix,
      std::string_view name,
      FamilyType type,
      std::string_view help);

  // A sample of the family that was begun last. `more` are further labels,
  // which begin with a comma if there are labels before them.
  void Sample(std::string_view labels, std::string_view more, uint64_t value) {
    Start(sample_, labels, more);
    Number(value);
  }
  void Bucket(std::string_view labels, std::string_view le, uint64_t value) {
    Start(bucket_, labels, le);
    Number(value);
  }
  // The same, with a call as example; only in OpenMetrics, and only if its
  // labels are no longer than the format allows.
  void Bucket(
      std::string_view labels,
      std::string_view le,
      uint64_t value,
      const Exemplar& example);
  void Sum(std::string_view labels, uint64_t nanoseconds);
  // A gauge of a time.
  void Seconds(std::string_view labels, uint64_t nanoseconds);
  void Count(std::string_view labels, uint64_t value) {
    Start(count_, labels, {});
    Number(value);
  }

  // Families that were written elsewhere, in the same format.
  void Append(std::string_view families) { text_.append(families); }

  // The page, whole.
  std::string Take();

 private:
  void Start(
      std::string_view name, std::string_view labels, std::string_view more);
  void Number(uint64_t value);
  void Fraction(uint64_t nanoseconds);

  const TextFormat format_;
  std::string text_;
  std::vector<Family> families_;
  // Names of the samples of the family.
  std::string sample_, bucket_, sum_, count_;
};

}  // namespace hawkmount::observe

#endif  // HAWKMOUNT_OBSERVE_TEXT_WRITER_H_
