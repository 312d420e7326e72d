// Nothing of its own: holds the precompiled headers of the tests, see CMakeLists.txt.
