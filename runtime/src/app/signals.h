#ifndef HAWKMOUNT_APP_SIGNALS_H_
#define HAWKMOUNT_APP_SIGNALS_H_

namespace hawkmount::app {

// While one lives, SIGTERM, SIGINT and SIGQUIT write to its eventfd instead of
// ending the process, a second of them ends it at once, and SIGPIPE does
// nothing. There may be several: each is told. With the last one the previous
// actions come back. Signals that the process ignores stay ignored; children
// get the signals as if this were not there.
class SignalCatcher {
 public:
  // `eventfd` must outlive it. Aborts when there are more than 64.
  explicit SignalCatcher(int eventfd);
  ~SignalCatcher();
  SignalCatcher(const SignalCatcher&) = delete;
  SignalCatcher& operator=(const SignalCatcher&) = delete;

  // The signal that came, or 0.
  static int caught();

 private:
  int place_;
};

}  // namespace hawkmount::app

#endif  // HAWKMOUNT_APP_SIGNALS_H_
