#include "protoc-gen-hawkmount/layout.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "protoc-gen-hawkmount/comments.h"
#include "protoc-gen-hawkmount/structure.h"

namespace hawkmount::protoc {
namespace {

using absl::string_view;

constexpr size_t kColumns = 80;
constexpr size_t kStep = 4;

class Breaker {
 public:
  void Line(string_view line) {
    const size_t indent = line.find_first_not_of(' ');
    if (Fits(0, line) || line[indent] == '#' || line[indent] == '}') {
      absl::StrAppend(&out_, line, "\n");
    } else if (absl::StartsWith(line.substr(indent), "//")) {
      Comment(indent, line.substr(indent));
    } else {
      Break(indent, line.substr(indent));
    }
  }

  const std::string& out() const { return out_; }

 private:
  static bool Fits(size_t indent, string_view text) {
    return indent + WidthOf(text) <= kColumns;
  }

  void Put(size_t indent, string_view text) {
    absl::StrAppend(&out_, std::string(indent, ' '), text, "\n");
  }

  void Comment(size_t indent, string_view text);
  void Break(size_t indent, string_view text);
  bool BreakBody(size_t indent, string_view text);
  bool BreakMember(size_t indent, string_view text);
  bool BreakAtColon(size_t indent, string_view text);
  bool BreakBases(size_t indent, string_view text, size_t colon);
  bool BreakAtAssignment(size_t indent, string_view text);
  void BreakList(size_t indent, string_view text, size_t step);
  void List(size_t indent, string_view list, string_view tail, bool flat);
  void BreakHead(size_t indent, string_view text, Group group);
  void BreakName(size_t indent, string_view text);
  bool BreakBeforeTemplate(
      size_t indent, string_view text, size_t open, size_t step);
  void Literal(size_t indent, string_view text);
  void Braces(size_t indent, string_view text);

  std::string out_;
};

void Breaker::Comment(size_t indent, string_view text) {
  for (const std::string& line : WrapComment(text, kColumns - indent)) {
    Put(indent, line);
  }
}

void Breaker::Break(size_t indent, string_view text) {
  if (Fits(indent, text)) return Put(indent, text);
  if (text.front() == '"') return Literal(indent, text);
  if (text.front() == '{' || text.front() == '(') return Braces(indent, text);
  if (BreakBody(indent, text) || BreakMember(indent, text)) return;
  if (BreakAtColon(indent, text) || BreakAtAssignment(indent, text)) return;
  BreakList(indent, text, kStep);
}

// `auto& A() { return b_; }`
bool Breaker::BreakBody(size_t indent, string_view text) {
  const size_t body = text.find(" { return ");
  if (body == text.npos || !absl::EndsWith(text, "; }")) return false;
  Break(indent, text.substr(0, body + 2));
  Break(indent + 2, text.substr(body + 3, text.size() - body - 5));
  Put(indent, "}");
  return true;
}

// `A<B> c_;`
bool Breaker::BreakMember(size_t indent, string_view text) {
  const Structure structure = StructureOf(text);
  if (structure.groups.size() != 1 || structure.spaces.size() != 1) {
    return false;
  }
  const auto [open, close] = structure.groups.front();
  if (text[open] != '<' || structure.spaces.front() != close + 1 ||
      text.back() != ';') {
    return false;
  }
  Break(indent, text.substr(0, close + 1));
  Break(indent + kStep, text.substr(close + 2));
  return true;
}

// `struct A : B {` and `A::A(B b) : c_(b) {}`
bool Breaker::BreakAtColon(size_t indent, string_view text) {
  if (absl::StartsWith(text, ": ")) {
    // The list is indented from what follows the colon.
    BreakList(indent, text, kStep + 2);
    return true;
  }
  const size_t colon = text.find(" : ");
  if (colon == text.npos) return false;
  if (!absl::EndsWith(text, "> {") || !BreakBases(indent, text, colon)) {
    Break(indent, text.substr(0, colon));
    Break(indent + kStep, text.substr(colon + 1));
  }
  return true;
}

// `struct A : b::C<D, E> {`: the entries of a long list stand to the right of
// the name, as long as there is room.
bool Breaker::BreakBases(size_t indent, string_view text, size_t colon) {
  const auto [open, close] = StructureOf(text).groups.back();
  const size_t name = StructureOf(text.substr(0, open)).scopes.back();
  const size_t column = indent + colon + 3 + kStep;
  const string_view list = text.substr(open + 1, close - open - 1);
  bool has_room = Fits(indent, text.substr(0, open + 1));
  for (const string_view entry : EntriesOf(list)) {
    const bool last = entry.end() == list.end();
    if (!Fits(column + (last ? 3 : 1), entry)) has_room = false;
  }
  if (Fits(indent + kStep, text.substr(colon + 1)) || !has_room ||
      Fits(indent + 2 * kStep + 2, text.substr(name))) {
    return false;
  }
  Put(indent, text.substr(0, open + 1));
  List(column, list, text.substr(close), false);
  return true;
}

// `using A = b::C<D>;` and `A b = c;`
bool Breaker::BreakAtAssignment(size_t indent, string_view text) {
  const size_t equals = text.find(" = ");
  const std::vector<Group> groups = StructureOf(text).groups;
  if (equals == text.npos || absl::StartsWith(text.substr(equals + 3), "{") ||
      (!groups.empty() && groups.front().open < equals &&
       groups.front().close > equals)) {
    return false;
  }
  const string_view left = text.substr(0, equals + 2);
  const string_view right = text.substr(equals + 3);
  if (Fits(indent + kStep, right)) {
    Put(indent, left);
    Put(indent + kStep, right);
    return true;
  }
  if (groups.empty() || !Fits(indent, text.substr(0, groups.back().open + 1))) {
    Put(indent, left);
    Break(indent + kStep, right);
    return true;
  }
  return false;
}

void Breaker::BreakList(size_t indent, string_view text, size_t step) {
  const std::vector<Group> groups = StructureOf(text).groups;
  if (groups.empty()) return BreakName(indent, text);
  const auto [open, close] = groups.back();
  const string_view head = text.substr(0, open + 1);
  if (!Fits(indent, head)) return BreakHead(indent, text, groups.back());
  const string_view list = text.substr(open + 1, close - open - 1);
  const bool is_template = text[open] == '<' && EntriesOf(list).size() > 1;
  if (is_template && BreakBeforeTemplate(indent, text, open, step)) return;
  Put(indent, head);
  List(indent + step, list, text.substr(close), !is_template);
}

// What lies in brackets; on one line only if `flat` allows it.
void Breaker::List(
    size_t indent, string_view list, string_view tail, bool flat) {
  const std::string line = absl::StrCat(list, tail);
  if (flat && Fits(indent, line)) return Put(indent, line);
  for (const string_view entry : EntriesOf(list)) {
    const bool last = entry.end() == list.end();
    Break(indent, absl::StrCat(entry, last ? tail : ","));
  }
}

// What stands before the brackets is too long for a line.
void Breaker::BreakHead(size_t indent, string_view text, Group group) {
  const Structure head = StructureOf(text.substr(0, group.open));
  const bool is_function = text[group.open] == '(';
  if (head.spaces.empty() || text[group.open] == '<') {
    return BreakName(indent, text);
  }
  const string_view type = text.substr(0, head.spaces.back());
  if (!is_function && !Fits(indent, type)) return BreakName(indent, text);
  if (type == "return" && !head.groups.empty()) {
    // The template arguments can give way, in a line of their own.
    const size_t types = head.groups.back().open + 1;
    Put(indent, text.substr(0, types));
    Break(indent + kStep, text.substr(types, group.open + 1 - types));
    const string_view rest = text.substr(group.open + 1);
    const size_t size = group.close - group.open - 1;
    return List(indent + kStep, rest.substr(0, size), rest.substr(size), true);
  }
  Break(indent, type);
  Break(indent + (is_function ? 0 : kStep), text.substr(type.size() + 1));
}

// Breaks a name with its qualifiers: before what it declares, or at a "::".
void Breaker::BreakName(size_t indent, string_view text) {
  const Structure structure = StructureOf(text);
  const std::vector<size_t>& spaces = structure.spaces;
  const size_t room = kColumns - std::min(indent, kColumns);
  size_t place = 0;
  for (const size_t scope : structure.scopes) {
    if (scope <= room) place = scope;
  }
  if (!spaces.empty() && spaces.back() <= room) place = spaces.back() + 1;
  if (place == 0) return Put(indent, text);
  Put(indent, absl::StripTrailingAsciiWhitespace(text.substr(0, place)));
  Break(indent + kStep, text.substr(place));
}

// `b::\n    C<D, E>`, where that saves breaking the list.
bool Breaker::BreakBeforeTemplate(
    size_t indent, string_view text, size_t open, size_t step) {
  const std::vector<size_t> scopes = StructureOf(text.substr(0, open)).scopes;
  if (scopes.empty()) return false;
  const string_view name = text.substr(scopes.back());
  if (!Fits(indent + step, name)) return false;
  Put(indent, text.substr(0, scopes.back()));
  Put(indent + step, name);
  return true;
}

void Breaker::Literal(size_t indent, string_view text) {
  std::string rest(text);
  while (!Fits(indent, rest)) {
    const string_view within =
        string_view(rest).substr(0, kColumns - indent - 1);
    size_t place = within.rfind(' ');
    if (place == within.npos) place = within.rfind('/');
    if (place == within.npos || place < 2) place = within.find_last_of("._-");
    if (place == within.npos || place < 2) break;
    Put(indent, absl::StrCat(within.substr(0, place + 1), "\""));
    rest = absl::StrCat("\"", rest.substr(place + 1));
  }
  Put(indent, rest);
}

// `{a, b});` or `(a, b),` with the entries below each other.
void Breaker::Braces(size_t indent, string_view text) {
  const std::vector<Group> groups = StructureOf(text).groups;
  if (groups.empty() || groups.front().open != 0) return Put(indent, text);
  const size_t close = groups.front().close;
  const size_t begin = out_.size();
  List(indent + 1, text.substr(1, close - 1), text.substr(close), false);
  out_[begin + indent] = text.front();
}

}  // namespace

std::string Layout(string_view code) {
  Breaker breaker;
  for (const string_view line : absl::StrSplit(code, '\n')) {
    breaker.Line(line);
  }
  const std::string laid_out =
      absl::StrReplaceAll(breaker.out(), {{" {\n};", " {};"}});
  return laid_out.substr(0, laid_out.size() - 1);
}

}  // namespace hawkmount::protoc
