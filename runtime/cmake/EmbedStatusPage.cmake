# cmake -D SOURCE=<folder> -D OUTPUT=<file.cc> -P EmbedStatusPage.cmake
# Writes the definitions of what app/statusz.h declares.
cmake_minimum_required(VERSION 3.25)
set(text "#include \"app/statusz.h\"\n\nnamespace hawkmount::app {\n")
foreach(type Html Css Js)
  string(TOLOWER ${type} extension)
  file(READ ${SOURCE}/statusz.${extension} content)
  string(APPEND text
    "\nconst std::string_view kStatusPage${type} = R\"statusz(${content})statusz\";\n")
endforeach()
string(APPEND text "\n}  // namespace hawkmount::app\n")
file(WRITE ${OUTPUT} "${text}")
