#ifndef HAWKMOUNT_APP_STATUSZ_H_
#define HAWKMOUNT_APP_STATUSZ_H_

#include <string_view>

namespace hawkmount::app {

// The files of the folder statusz, put in by CMake.
extern const std::string_view kStatusPageHtml;
extern const std::string_view kStatusPageCss;
extern const std::string_view kStatusPageJs;

}  // namespace hawkmount::app

#endif  // HAWKMOUNT_APP_STATUSZ_H_
