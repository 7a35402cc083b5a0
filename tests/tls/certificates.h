#ifndef HAWKMOUNT_TESTS_TLS_CERTIFICATES_H_
#define HAWKMOUNT_TESTS_TLS_CERTIFICATES_H_

#include <gtest/gtest.h>
#include <stdlib.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace tls_test {

// A directory for files of certificates; gone with the object.
class Certificates {
 public:
  Certificates() {
    char path[] = "/tmp/hawkmount-tls-XXXXXX";
    EXPECT_NE(mkdtemp(path), nullptr);
    directory_ = path;
  }
  Certificates(const Certificates&) = delete;
  Certificates& operator=(const Certificates&) = delete;
  ~Certificates() { std::filesystem::remove_all(directory_); }

  // What make_certificates.sh makes, once a process.
  static Certificates& Get() {
    static Certificates certificates;
    static const bool made = certificates.Make();
    EXPECT_TRUE(made);
    return certificates;
  }

  std::string Path(const std::string& name) const {
    return directory_ + "/" + name;
  }
  std::string Text(const std::string& name) const {
    std::ostringstream text;
    text << std::ifstream(Path(name)).rdbuf();
    EXPECT_NE(text.str(), "") << name;
    return text.str();
  }
  void Write(const std::string& name, const std::string& text) const {
    std::ofstream(Path(name)) << text;
  }

 private:
  bool Make() const {
    const std::string command = "bash " MAKE_CERTIFICATES " " + directory_;
    return std::system(command.c_str()) == 0;
  }

  std::string directory_;
};

}  // namespace tls_test

#endif  // HAWKMOUNT_TESTS_TLS_CERTIFICATES_H_
