#pragma once

/// Everything. Including single headers compiles faster.
#include <bespoke/apply.hpp>
#include <bespoke/change.hpp>
#include <bespoke/error.hpp>
#include <bespoke/job.hpp>
#include <bespoke/job_store.hpp>
#include <bespoke/json_value.hpp>
#include <bespoke/llm_client.hpp>
#include <bespoke/log.hpp>
#include <bespoke/model_chain.hpp>
#include <bespoke/open_llm.hpp>
#include <bespoke/phase_runner.hpp>
#include <bespoke/pipeline.hpp>
#include <bespoke/prices.hpp>
#include <bespoke/version.hpp>
