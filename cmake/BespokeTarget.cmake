# Language level, warnings and sanitizers of a target of ours; nothing of it reaches consumers.
function(bespoke_target target)
  target_compile_features(${target} PUBLIC cxx_std_20)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Wcast-align
                                           -Wunused -Woverloaded-virtual -Wno-missing-field-initializers)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # GCC 12 reports these falsely inside its own and nlohmann's headers once optimised.
    target_compile_options(${target} PRIVATE -Wno-maybe-uninitialized -Wno-stringop-overflow -Wno-array-bounds
                                             -Wno-restrict -Wno-dangling-pointer)
  elseif(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    target_compile_options(${target} PRIVATE -Wthread-safety)
  endif()
  if(BESPOKE_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
  if(BESPOKE_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${BESPOKE_SANITIZE} -fno-omit-frame-pointer
                                             -fno-sanitize-recover=all)
    target_link_options(${target} PUBLIC -fsanitize=${BESPOKE_SANITIZE})
  endif()
endfunction()
