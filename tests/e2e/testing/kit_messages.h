#ifndef HAWKMOUNT_TESTS_E2E_TESTING_KIT_MESSAGES_H_
#define HAWKMOUNT_TESTS_E2E_TESTING_KIT_MESSAGES_H_

// Messages of the golden greeter, said short.

#include <cstdint>
#include <string>

#include "greeter.hawkmount.pb.h"

namespace e2e {

using namespace acme::greeter::v1;  // NOLINT: the service under test

inline SayHelloRequest Named(const std::string& name) {
  SayHelloRequest request;
  request.set_name(name);
  return request;
}

inline SayHelloResponse Greeting(const std::string& text) {
  SayHelloResponse response;
  response.set_greeting(text);
  return response;
}

inline CountResponse Number(uint32_t number) {
  CountResponse response;
  response.set_number(number);
  return response;
}

inline CollectRequest Name(const std::string& name) {
  CollectRequest request;
  request.set_name(name);
  return request;
}

inline ChatRequest Line(const std::string& line) {
  ChatRequest request;
  request.set_line(line);
  return request;
}

inline ChatResponse Said(const std::string& line) {
  ChatResponse response;
  response.set_line(line);
  return response;
}

inline CountRequest UpTo(uint32_t number) {
  CountRequest request;
  request.set_up_to(number);
  return request;
}

}  // namespace e2e

#endif  // HAWKMOUNT_TESTS_E2E_TESTING_KIT_MESSAGES_H_
