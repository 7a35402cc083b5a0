#ifndef HAWKMOUNT_APP_SIGNALS_H_
#define HAWKMOUNT_APP_SIGNALS_H_

namespace hawkmount::app {

// While it lives, SIGTERM and SIGINT write to an eventfd instead of ending the
// process, and a second one ends it at once; the previous actions come back
// after that. At most one at a time.
class SignalCatcher {
 public:
  // `eventfd` must outlive it.
  explicit SignalCatcher(int eventfd);
  ~SignalCatcher();
  SignalCatcher(const SignalCatcher&) = delete;
  SignalCatcher& operator=(const SignalCatcher&) = delete;

  // The signal that came, or 0.
  static int caught();
};

}  // namespace hawkmount::app

#endif  // HAWKMOUNT_APP_SIGNALS_H_
