# cmake -D SOURCE=<folder> -D OUTPUT=<file.cc> -P EmbedStatusPage.cmake
# Writes the definitions of what app/statusz.h declares: the files of each type,
# one after the other.
cmake_minimum_required(VERSION 3.25)
set(Html page.html)
set(Css page.css methods.css lists.css narrow.css)
set(Js elements.js pictures.js page.js)
set(text "#include \"app/statusz.h\"\n\nnamespace hawkmount::app {\n")
foreach(type Html Css Js)
  string(APPEND text "\nconst std::string_view kStatusPage${type} =")
  foreach(file ${${type}})
    file(READ ${SOURCE}/${file} content)
    string(APPEND text "\n    R\"statusz(${content})statusz\"")
  endforeach()
  string(APPEND text ";\n")
endforeach()
string(APPEND text "\n}  // namespace hawkmount::app\n")
file(WRITE ${OUTPUT} "${text}")
