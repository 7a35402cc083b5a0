#ifndef HAWKMOUNT_TESTS_INPUT_FAULTS_H_
#define HAWKMOUNT_TESTS_INPUT_FAULTS_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "greeter.hawkmount.pb.h"

namespace faults {

// A call asks for a fault by the metadata "fault", in any method:
//   throw            throws std::runtime_error("secret")
//   throw-int        throws 7
//   throw-bytes      throws an exception whose what() is no text
//   code-99, code--1 returns a status of a code that there is not
//   long-message     returns NOT_FOUND with a message of 1 MiB
//   long-text        the same with 4000 letters that UTF-8 needs two bytes for
//   bad-message      the same with a message that is not UTF-8
//   bad-metadata     adds what gRPC would abort on; OK if all of it is refused
//   metadata         adds the pair of "key-bin" and "value-bin", to both ends
//   deadline         answers the milliseconds that are left, as text
// and, in its own way in each method and style:
//   throw-late       throws after its first message
//   wait             says so in the log and waits until it is cancelled,
//                    returns CANCELLED
//   ok-after-cancel  waits until it is cancelled, returns OK
//   use-after-cancel the same, having tried to read and write
//   early            returns OK without reading on
//   bad-utf8         answers with text that is not UTF-8
//   huge             answers with 6 MiB
std::string_view FaultOf(const hawkmount::Context& context);

// The status of a fault that is the same in all methods; throws for some of
// them; nothing for the others.
std::optional<absl::Status> StatusOfFault(hawkmount::Context& context);

// Logs "waiting ID" of a call that has come to where its handler waits.
void TellThatItWaits(const hawkmount::Context& context);

// What to answer to a text.
std::string AnswerTo(const hawkmount::Context& context, std::string text);

[[noreturn]] void Throw();

// Greeters in either style.
std::unique_ptr<acme::greeter::v1::GreeterHandler> MakeBlockingGreeter();
std::unique_ptr<acme::greeter::v1::GreeterHandler> MakeCoroutineGreeter();

}  // namespace faults

#endif  // HAWKMOUNT_TESTS_INPUT_FAULTS_H_
