#include "harness/object_text.h"

#include <elf.h>

#include <cstring>
#include <fstream>
#include <iterator>
#include <vector>

#include "harness/claims.h"

namespace hawkmount::bench {

long TextBytes(const std::string& object_file) {
  std::ifstream file(object_file, std::ios::binary);
  const std::vector<char> bytes(std::istreambuf_iterator<char>(file), {});
  Elf64_Ehdr header;
  if (bytes.size() < sizeof header) CannotRun("no object file " + object_file);
  std::memcpy(&header, bytes.data(), sizeof header);
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
      header.e_ident[EI_CLASS] != ELFCLASS64) {
    CannotRun("not a 64-bit ELF file: " + object_file);
  }
  // With very many sections, their number is in the first of them.
  Elf64_Shdr section;
  std::memcpy(&section, bytes.data() + header.e_shoff, sizeof section);
  const size_t count = header.e_shnum != 0 ? header.e_shnum : section.sh_size;
  long text = 0;
  for (size_t i = 0; i < count; ++i) {
    std::memcpy(
        &section,
        bytes.data() + header.e_shoff + i * sizeof section,
        sizeof section);
    if (section.sh_flags & SHF_EXECINSTR) {
      text += static_cast<long>(section.sh_size);
    }
  }
  return text;
}

}  // namespace hawkmount::bench
