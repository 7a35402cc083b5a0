#include "tls/pem.h"

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace hawkmount::tls {
namespace {

// The system's authorities, all together, are a fifth of it.
constexpr size_t kLargestFile = 1 << 20;

absl::string_view View(std::string_view text) {
  return {text.data(), text.size()};
}

absl::Status WrongContent(
    const PemFile& file, std::string_view wrong, std::string_view way_out) {
  return Wrong(absl::StatusCode::kInvalidArgument, file, wrong, way_out);
}

absl::Status CannotRead(const PemFile& file, int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return Wrong(
          absl::StatusCode::kNotFound,
          file,
          "there is none",
          "check the path, and that it is mounted");
    case EACCES:
    case EPERM:
      return Wrong(
          absl::StatusCode::kPermissionDenied,
          file,
          "it may not be read",
          "let the user that the server runs as read it");
    default:
      return Wrong(
          absl::StatusCode::kUnavailable,
          file,
          absl::StrCat("it cannot be read (", std::strerror(error), ")"),
          "check the path");
  }
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  int number() const { return number_; }

 private:
  const int number_;
};

struct Blocks {
  std::vector<std::string> certificates;  // DER
  int keys = 0;
  int others = 0;
  bool damaged = false;
};

int CountBegins(const std::string& text) {
  constexpr std::string_view kBegin = "-----BEGIN ";
  int count = 0;
  for (size_t at = text.find(kBegin); at != std::string::npos;
       at = text.find(kBegin, at + 1)) {
    ++count;
  }
  return count;
}

Bio BioOf(const std::string& text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

Blocks ReadBlocks(const std::string& text) {
  Blocks blocks;
  const Bio bio = BioOf(text);
  char* name = nullptr;
  char* header = nullptr;
  unsigned char* data = nullptr;
  long size = 0;  // NOLINT: OpenSSL's type
  int count = 0;
  while (PEM_read_bio(bio.get(), &name, &header, &data, &size) == 1) {
    ++count;
    const absl::string_view kind(name);
    if (kind == PEM_STRING_X509 || kind == PEM_STRING_X509_OLD) {
      blocks.certificates.emplace_back(
          reinterpret_cast<const char*>(data), static_cast<size_t>(size));
    } else if (absl::EndsWith(kind, "PRIVATE KEY")) {
      ++blocks.keys;
    } else {
      ++blocks.others;
    }
    OPENSSL_free(name);
    OPENSSL_free(header);
    OPENSSL_clear_free(data, static_cast<size_t>(size));
  }
  blocks.damaged = ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE;
  blocks.damaged = blocks.damaged || count != CountBegins(text);
  ERR_clear_error();
  return blocks;
}

// What is wrong with a file that does not have the block that it should.
absl::Status NotIn(
    const PemFile& file,
    const std::string& text,
    const Blocks& blocks,
    std::string_view wanted) {
  if (blocks.damaged) {
    return WrongContent(
        file,
        "it is cut off or damaged",
        "write it anew, whole, with its -----END line");
  }
  if (blocks.keys > 0) {
    return WrongContent(
        file,
        absl::StrCat("it has a private key and no ", View(wanted)),
        "certificate_file and key_file may be swapped");
  }
  if (!blocks.certificates.empty()) {
    return WrongContent(
        file,
        absl::StrCat("it has a certificate and no ", View(wanted)),
        "certificate_file and key_file may be swapped");
  }
  if (!text.empty() && text.front() == '\x30') {
    return WrongContent(
        file,
        "it seems to be DER",
        "make PEM of it with openssl x509 or openssl pkey -inform der");
  }
  return WrongContent(
      file,
      absl::StrCat("it has no ", View(wanted), " in PEM"),
      absl::StrCat("it needs a block that begins with -----BEGIN"));
}

}  // namespace

absl::Status Wrong(
    absl::StatusCode code,
    const PemFile& file,
    std::string_view wrong,
    std::string_view way_out) {
  return absl::Status(
      code,
      absl::StrCat(
          "the ",
          View(file.what),
          " file ",
          View(file.path),
          ": ",
          View(wrong),
          ": ",
          View(way_out)));
}

std::string OpenSslReason() {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return reason == nullptr ? "no reason given" : reason;
}

absl::StatusOr<std::string> ReadPem(const PemFile& file) {
  // A pipe does not hold this up, and is refused below.
  const Descriptor descriptor(
      open(std::string(file.path).c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (descriptor.number() < 0) return CannotRead(file, errno);
  struct stat about {};
  if (fstat(descriptor.number(), &about) != 0) return CannotRead(file, errno);
  if (!S_ISREG(about.st_mode)) {
    return WrongContent(
        file,
        S_ISDIR(about.st_mode) ? "it is a directory" : "it is no regular file",
        "give the path of a PEM file");
  }
  std::string text;
  char buffer[16384];
  ssize_t count = 0;
  while ((count = read(descriptor.number(), buffer, sizeof(buffer))) != 0) {
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return CannotRead(file, errno);
    text.append(buffer, static_cast<size_t>(count));
    if (text.size() > kLargestFile) {
      return WrongContent(
          file, "it is over 1 MiB", "give a file of certificates or of a key");
    }
  }
  OPENSSL_cleanse(buffer, sizeof(buffer));
  if (text.empty()) return WrongContent(file, "it is empty", "write it anew");
  return text;
}

absl::StatusOr<std::vector<Certificate>> ParseCertificates(
    const PemFile& file, const std::string& text) {
  const Blocks blocks = ReadBlocks(text);
  if (blocks.certificates.empty() || blocks.damaged) {
    return NotIn(file, text, blocks, "certificate");
  }
  std::vector<Certificate> certificates;
  for (const std::string& der : blocks.certificates) {
    auto* at = reinterpret_cast<const unsigned char*>(der.data());
    const auto* end = at + der.size();
    Certificate certificate(
        d2i_X509(nullptr, &at, static_cast<int>(der.size())));
    ERR_clear_error();
    if (certificate == nullptr || at != end) {
      return WrongContent(
          file,
          absl::StrCat(
              "its certificate ", certificates.size() + 1, " does not parse"),
          "write it anew");
    }
    certificates.push_back(std::move(certificate));
  }
  return certificates;
}

absl::StatusOr<Key> ParseKey(const PemFile& file, const std::string& text) {
  const Blocks blocks = ReadBlocks(text);
  if (blocks.keys == 0 || blocks.damaged) {
    return NotIn(file, text, blocks, "private key");
  }
  bool asked = false;
  const Bio bio = BioOf(text);
  Key key(PEM_read_bio_PrivateKey(
      bio.get(),
      nullptr,
      [](char*, int, int, void* asked) {
        *static_cast<bool*>(asked) = true;
        return -1;
      },
      &asked));
  const std::string reason = key == nullptr ? OpenSslReason() : "";
  if (asked) {
    return WrongContent(
        file,
        "the key is encrypted",
        "decrypt it with openssl pkey -in FILE -out KEY_FILE");
  }
  if (key == nullptr) {
    return WrongContent(
        file,
        absl::StrCat("the key does not parse (", reason, ")"),
        "write it anew");
  }
  return key;
}

std::string ToPem(const std::vector<Certificate>& certificates) {
  const Bio bio(BIO_new(BIO_s_mem()));
  for (const Certificate& certificate : certificates) {
    PEM_write_bio_X509(bio.get(), certificate.get());
  }
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);  // NOLINT
  return std::string(text, static_cast<size_t>(size));
}

}  // namespace hawkmount::tls
