# Tests of the apply layer, without a runner and without a network.
foreach(name apply_text_test apply_intake_test apply_keywords_test apply_edits_test apply_pipeline_test apply_hostile_test apply_speed_test guard_reading_test guard_letters_test
             guard_corpus_test)
  bespoke_add_test(${name})
  target_compile_definitions(${name} PRIVATE BESPOKE_SAMPLE_DATA="${PROJECT_SOURCE_DIR}/examples/data"
                                                     BESPOKE_CORPUS="${CMAKE_CURRENT_SOURCE_DIR}/corpus")
endforeach()
